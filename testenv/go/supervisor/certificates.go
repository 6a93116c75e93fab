package supervisor

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a certificate authority whose key lives as long as the supervisor and as a file for CSR signing.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	dir         string
}

// clientIdentities are the client certificates, file name to subject. Each component has its own user name, so that
// the audit log can tell them apart.
var clientIdentities = map[string]pkix.Name{
	"admin":               {CommonName: "testenv-admin", Organization: []string{"system:masters"}},
	kubeControllerManager: {CommonName: "system:kube-controller-manager"},
	kubeScheduler:         {CommonName: "system:kube-scheduler"},
	kwok:                  {CommonName: "testenv-kwok", Organization: []string{"system:masters"}},
	supervisorIdentity:    {CommonName: "testenv-supervisor", Organization: []string{"system:masters"}},
	kubeletClientIdentity: {CommonName: "kube-apiserver-kubelet-client", Organization: []string{"system:masters"}},
}

const (
	supervisorIdentity    = "supervisor"
	kubeletClientIdentity = "kubelet-client"
)

// writeCertificates fills dir with everything the components need to trust each other.
func writeCertificates(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := newAuthority(dir, "ca", "testenv-ca")
	if err != nil {
		return err
	}
	if err := ca.issue("serving", servingTemplate()); err != nil {
		return err
	}
	for name, subject := range clientIdentities {
		if err := ca.issue(name, clientTemplate(subject)); err != nil {
			return err
		}
	}
	// A second authority, because a request-header client must not be accepted as an ordinary one and vice versa.
	frontProxy, err := newAuthority(dir, "front-proxy-ca", "testenv-front-proxy-ca")
	if err != nil {
		return err
	}
	if err := frontProxy.issue("front-proxy", clientTemplate(pkix.Name{CommonName: "front-proxy"})); err != nil {
		return err
	}
	return writeServiceAccountKeys(dir)
}

func newAuthority(dir, file, commonName string) (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	template := baseTemplate(pkix.Name{CommonName: commonName})
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making authority %s: %w", file, err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &authority{certificate, key, dir}, writePair(dir, file, der, key)
}

func (a *authority) issue(file string, template *x509.Certificate) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return fmt.Errorf("issuing certificate %s: %w", file, err)
	}
	return writePair(a.dir, file, der, key)
}

func baseTemplate(subject pkix.Name) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // the system's random source is gone; nothing sensible can follow
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
	}
}

func servingTemplate() *x509.Certificate {
	template := baseTemplate(pkix.Name{CommonName: "kube-apiserver"})
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = []string{
		"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}
	return template
}

func clientTemplate(subject pkix.Name) *x509.Certificate {
	template := baseTemplate(subject)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return template
}

func newKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

func writePair(dir, file string, der []byte, key crypto.PrivateKey) error {
	if err := writePEM(filepath.Join(dir, file+".crt"), "CERTIFICATE", der); err != nil {
		return err
	}
	return writePrivateKey(filepath.Join(dir, file+".key"), key)
}

func writePrivateKey(path string, key crypto.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "PRIVATE KEY", der)
}

func writeServiceAccountKeys(dir string) error {
	key, err := newKey()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePEM(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", public); err != nil {
		return err
	}
	// The token signer reads EC keys in their own encoding only.
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, "sa.key"), "EC PRIVATE KEY", private)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

//go:build node

package supervisor

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// writeServingCertificate issues the serving certificate again, for the node's address too.
func (n *nodeSupervisor) writeServingCertificate() error {
	pair, err := tls.LoadX509KeyPair(n.pki("ca.crt"), n.pki("ca.key"))
	if err != nil {
		return err
	}
	certificate, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return fmt.Errorf("the authority's key is a %T", pair.PrivateKey)
	}
	template := servingTemplate()
	template.IPAddresses = append(template.IPAddresses, net.ParseIP(n.address))
	ca := &authority{certificate, key, n.pki("")}
	return ca.issue("serving", template)
}

// writeAdminKubeconfig makes the administrator's kubeconfig name the address that the host can reach; the components
// inside keep to loopback.
func (n *nodeSupervisor) writeAdminKubeconfig() error {
	path := n.kubeconfig("admin")
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, bytes.ReplaceAll(content, []byte(n.serverURL()), []byte(n.nodeURL())), 0o600)
}

// dnsEndpoints is what the Service kube-dns leads to: CoreDNS on the node itself.
func (n *nodeSupervisor) dnsEndpoints() object {
	port := func(protocol string) map[string]any {
		return map[string]any{"name": "dns-" + protocol, "port": int64(53), "protocol": protocol}
	}
	udp, tcp := port("UDP"), port("TCP")
	udp["name"], tcp["name"] = "dns", "dns-tcp"
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion":  "discovery.k8s.io/v1",
		"kind":        "EndpointSlice",
		"addressType": "IPv4",
		"metadata": map[string]any{
			"name":      "kube-dns",
			"namespace": "kube-system",
			"labels": map[string]any{
				"kubernetes.io/service-name":             "kube-dns",
				"endpointslice.kubernetes.io/managed-by": "testenv",
			},
		},
		"endpoints": []any{map[string]any{"addresses": []any{n.address}, "conditions": map[string]any{"ready": true}}},
		"ports":     []any{udp, tcp},
	}}
}

package supervisor

import (
	"os"
	"path/filepath"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// writeKubeconfigs writes one self-contained kubeconfig per client identity; the admin's is dataDir/kubeconfig.
func (s *supervisor) writeKubeconfigs() error {
	ca, err := os.ReadFile(s.pki("ca.crt"))
	if err != nil {
		return err
	}
	for name := range clientIdentities {
		certificate, err := os.ReadFile(s.pki(name + ".crt"))
		if err != nil {
			return err
		}
		key, err := os.ReadFile(s.pki(name + ".key"))
		if err != nil {
			return err
		}
		config := clientcmdapi.NewConfig()
		config.Clusters["testenv"] = &clientcmdapi.Cluster{Server: s.serverURL(), CertificateAuthorityData: ca}
		config.AuthInfos[name] = &clientcmdapi.AuthInfo{ClientCertificateData: certificate, ClientKeyData: key}
		config.Contexts["testenv"] = &clientcmdapi.Context{Cluster: "testenv", AuthInfo: name}
		config.CurrentContext = "testenv"
		if err := clientcmd.WriteToFile(*config, s.kubeconfig(name)); err != nil {
			return err
		}
	}
	return nil
}

func (s *supervisor) kubeconfig(identity string) string {
	if identity == "admin" {
		return filepath.Join(s.dataDir, "kubeconfig")
	}
	return s.pki(identity + ".kubeconfig")
}

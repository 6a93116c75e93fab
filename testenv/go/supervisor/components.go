package supervisor

import (
	"fmt"
	"os"
	"path/filepath"
)

// The components, by the names they are called by.
const (
	etcd                  = "etcd"
	kubeAPIServer         = "kube-apiserver"
	kubeControllerManager = "kube-controller-manager"
	kubeScheduler         = "kube-scheduler"
	kwok                  = "kwok"
)

const serviceRange = "10.96.0.0/16"

// auditPolicy logs who did what, once per request. Volumes that the host-path provisioner makes are logged with
// their body, because the folders it creates lie outside our data folder and are found again through this log.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  verbs: [create]
  resources: [{group: "", resources: [persistentvolumes]}]
- level: Metadata
`

// disabledControllers need something a simulated node cannot give, or poll for what is not there.
const disabledControllers = "*,-horizontal-pod-autoscaler-controller,-persistentvolume-attach-detach-controller," +
	"-resourceclaim-controller,-device-taint-eviction-controller"

func (s *supervisor) etcdArguments() []string {
	arguments := []string{
		"--name=testenv",
		"--data-dir=" + filepath.Join(s.dataDir, "etcd"),
		"--listen-client-urls=" + s.etcdURL(),
		"--advertise-client-urls=http://127.0.0.111:0",
		"--listen-peer-urls=http://127.0.0.1:0",
		"--log-level=warn",
		"--quota-backend-bytes=8589934592",
	}
	if !s.durable {
		arguments = append(arguments, "--unsafe-no-fsync")
	}
	return arguments
}

// etcdURL is a unix socket: it needs no port, and only the owner of the data folder can reach it.
func (s *supervisor) etcdURL() string {
	return "unix://" + filepath.Join(s.dataDir, "etcd.sock")
}

func (s *supervisor) apiServerArguments() []string {
	return []string{
		"--etcd-servers=" + s.etcdURL(),
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", s.ports[kubeAPIServer]),
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
		"--tls-cert-file=" + s.pki("serving.crt"),
		"--tls-private-key-file=" + s.pki("serving.key"),
		"--client-ca-file=" + s.pki("ca.crt"),
		"--authorization-mode=Node,RBAC",
		"--allow-privileged=true",
		"--service-cluster-ip-range=" + serviceRange,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + s.pki("sa.pub"),
		"--service-account-signing-key-file=" + s.pki("sa.key"),
		"--requestheader-client-ca-file=" + s.pki("front-proxy-ca.crt"),
		"--requestheader-allowed-names=front-proxy",
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--proxy-client-cert-file=" + s.pki("front-proxy.crt"),
		"--proxy-client-key-file=" + s.pki("front-proxy.key"),
		"--kubelet-client-certificate=" + s.pki(kubeletClientIdentity+".crt"),
		"--kubelet-client-key=" + s.pki(kubeletClientIdentity+".key"),
		"--kubelet-preferred-address-types=InternalIP",
		"--audit-policy-file=" + filepath.Join(s.dataDir, "audit-policy.yaml"),
		"--audit-log-path=" + filepath.Join(s.dataDir, "audit.log"),
		"--audit-log-mode=blocking",   // a line is in the file before its response ends
		"--audit-log-maxsize=1048576", // megabytes: a rotation would invalidate the marks of the reader
		"--enable-priority-and-fairness=true",
		"--profiling=false",
		"--v=1",
	}
}

func (s *supervisor) controllerManagerArguments() []string {
	return append(s.kubeconfigArguments(kubeControllerManager),
		"--use-service-account-credentials=true",
		"--service-account-private-key-file="+s.pki("sa.key"),
		"--root-ca-file="+s.pki("ca.crt"),
		"--cluster-signing-cert-file="+s.pki("ca.crt"),
		"--cluster-signing-key-file="+s.pki("ca.key"),
		"--service-cluster-ip-range="+serviceRange,
		"--enable-hostpath-provisioner=true",
		"--pvclaimbinder-sync-period=1s",
		"--kube-api-qps=500",
		"--kube-api-burst=1000",
		"--controllers="+disabledControllers,
	)
}

func (s *supervisor) kubeconfigArguments(component string) []string {
	kubeconfig := s.kubeconfig(component)
	return []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", s.ports[component]),
		"--tls-cert-file=" + s.pki("serving.crt"),
		"--tls-private-key-file=" + s.pki("serving.key"),
		"--leader-elect=false",
	}
}

func (s *supervisor) kwokArguments() []string {
	return []string{
		"--kubeconfig=" + s.kubeconfig(kwok),
		"--config=" + filepath.Join(s.dataDir, "kwok.yaml"), // else a stray ~/.kwok/kwok.yaml would be read
		"--manage-all-nodes=true",
		"--cidr=10.244.0.0/16",
		"--node-ip=127.0.0.1",
		fmt.Sprintf("--node-port=%d", s.ports[kwok]),
		fmt.Sprintf("--server-address=127.0.0.1:%d", s.ports[kwok]),
		"--tls-cert-file=" + s.pki("serving.crt"),
		"--tls-private-key-file=" + s.pki("serving.key"),
		"--node-lease-duration-seconds=40", // without it the node turns NotReady after 40 s
		"--enable-crds=Stage",
	}
}

// writeComponentConfigs writes the files that components read besides certificates and kubeconfigs.
func (s *supervisor) writeComponentConfigs() error {
	// Empty on purpose: a configuration object without options would set every parallelism of kwok to 0.
	if err := os.WriteFile(filepath.Join(s.dataDir, "kwok.yaml"), nil, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.dataDir, "audit-policy.yaml"), []byte(auditPolicy), 0o600)
}

//go:build node

package supervisor

import (
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

// The components of a node, by the names they are called by.
const (
	containerd = "containerd"
	kubelet    = "kubelet"
	kubeProxy  = "kube-proxy"
	coreDNS    = "coredns"
)

const (
	podRange         = "10.244.0.0/16"
	dnsAddress       = "10.96.0.10"
	pauseImage       = "hearth.dev/pause:1"
	pluginFolder     = "/usr/lib/cni" // where Debian has the CNI plugins
	containerdMetric = 10247
	kubeletHealth    = 10248
	kubeProxyHealth  = 10256
	coreDNSHealth    = 8181
)

// nodeHealth is where each component says that it is well; unlike the control plane's, these answer in plain HTTP.
var nodeHealth = map[string]string{
	fmt.Sprint(containerdMetric): "/v1/metrics",
	fmt.Sprint(kubeletHealth):    "/healthz",
	fmt.Sprint(kubeProxyHealth):  "/healthz",
	fmt.Sprint(coreDNSHealth):    "/ready",
}

var nodePorts = map[string]int{
	containerd: containerdMetric, kubelet: kubeletHealth, kubeProxy: kubeProxyHealth, coreDNS: coreDNSHealth,
}

// plainHealth sends the questions for the node's components to where they are answered.
type plainHealth struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p plainHealth) RoundTrip(request *http.Request) (*http.Response, error) {
	if path, plain := nodeHealth[request.URL.Port()]; plain {
		request = request.Clone(request.Context())
		request.URL.Scheme, request.URL.Path = "http", path
	}
	return p.RoundTripper.RoundTrip(request)
}

// addNodeIdentities adds the users of the node's components.
func addNodeIdentities(node string) {
	clientIdentities[kubelet] = pkix.Name{CommonName: "system:node:" + node, Organization: []string{"system:nodes"}}
	clientIdentities[kubeProxy] = pkix.Name{CommonName: "system:kube-proxy"}
	clientIdentities[coreDNS] = pkix.Name{CommonName: "testenv-coredns", Organization: []string{"system:masters"}}
}

func (n *nodeSupervisor) nodeArguments(name string) []string {
	switch name {
	case kubeAPIServer: // the last of two equal flags counts
		return append(n.apiServerArguments(),
			"--bind-address=0.0.0.0", "--advertise-address="+n.address, "--endpoint-reconciler-type=lease")
	case containerd:
		return []string{"--config=" + n.file("containerd.toml")}
	case kubelet:
		return []string{
			"--config=" + n.file("kubelet.yaml"),
			"--kubeconfig=" + n.kubeconfig(kubelet),
			"--cert-dir=" + n.pki("kubelet"),
			"--hostname-override=" + n.name,
			"--node-ip=" + n.address,
			"--v=1",
		}
	case kubeProxy:
		return []string{
			"--kubeconfig=" + n.kubeconfig(kubeProxy),
			"--proxy-mode=iptables",
			"--cluster-cidr=" + podRange,
			"--hostname-override=" + n.name,
			fmt.Sprintf("--healthz-bind-address=127.0.0.1:%d", kubeProxyHealth),
			"--metrics-bind-address=127.0.0.1:10249",
			// Connection tracking belongs to the host and may not be changed in a namespace.
			"--conntrack-max-per-core=0", "--conntrack-min=0",
			"--conntrack-tcp-timeout-established=0s", "--conntrack-tcp-timeout-close-wait=0s",
			"--iptables-min-sync-period=100ms",
		}
	case coreDNS:
		return []string{"-conf=" + n.file("Corefile")}
	default:
		return n.arguments(name)
	}
}

func (n *nodeSupervisor) file(name string) string { return filepath.Join(n.dataDir, name) }
func (n *nodeSupervisor) containerdSocket() string {
	return filepath.Join(n.dataDir, "containerd.sock")
}

// writeNodeConfigs writes the files that the node's components read.
func (n *nodeSupervisor) writeNodeConfigs() error {
	files := map[string]string{
		"containerd.toml": fmt.Sprintf(containerdConfig, n.file("containerd"), n.file("containerd-state"),
			n.containerdSocket(), containerdMetric, pauseImage, pluginFolder, n.file("cni")),
		"kubelet.yaml": fmt.Sprintf(kubeletConfig, n.containerdSocket(), n.cgroup, n.pki("ca.crt"),
			dnsAddress, n.file("resolv.conf"), kubeletHealth),
		"Corefile":             fmt.Sprintf(corefile, n.address, coreDNSHealth, n.kubeconfig(coreDNS)),
		"resolv.conf":          "",
		"cni/10-node.conflist": fmt.Sprintf(cniConfig, podRange, n.file("cni-addresses")),
	}
	errs := []error{os.Mkdir(n.file("cni"), 0o700)}
	for name, content := range files {
		errs = append(errs, os.WriteFile(n.file(name), []byte(content), 0o600))
	}
	return errors.Join(errs...)
}

const containerdConfig = `version = 2
root = %q
state = %q
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = %q
[metrics]
  address = "127.0.0.1:%d"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = %q
  restrict_oom_score_adj = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = %q
    conf_dir = %q
`

const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://%s
cgroupRoot: %s
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
localStorageCapacityIsolation: false
evictionHard: { memory.available: 1Mi, nodefs.available: 0%%, nodefs.inodesFree: 0%%, imagefs.available: 0%% }
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
address: 0.0.0.0
authentication:
  anonymous: { enabled: false }
  webhook: { enabled: false }
  x509: { clientCAFile: %s }
authorization: { mode: AlwaysAllow }
clusterDomain: cluster.local
clusterDNS: [%s]
resolvConf: %s
healthzPort: %d
serializeImagePulls: false
registryPullQPS: 0
eventRecordQPS: 0
kubeAPIQPS: 100
kubeAPIBurst: 200
nodeStatusUpdateFrequency: 4s
syncFrequency: 10s
`

const corefile = `.:53 {
	bind %s 127.0.0.1
	errors
	ready 127.0.0.1:%d
	kubernetes cluster.local in-addr.arpa ip6.arpa {
		kubeconfig %s
		pods insecure
		ttl 1
	}
}
`

// The plugin ptp routes every pod on its own, so that traffic between pods passes kube-proxy's rules in both
// directions; over a bridge that would need a kernel module.
const cniConfig = `{
  "cniVersion": "1.0.0",
  "name": "node",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {
        "type": "host-local", "ranges": [[{ "subnet": %q }]], "routes": [{ "dst": "0.0.0.0/0" }], "dataDir": %q
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
`

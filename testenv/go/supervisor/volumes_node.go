//go:build node

package supervisor

import (
	"os"
	"path/filepath"
	"time"
)

// volumes is where the controller-manager's host-path provisioner makes folders; compiled into Kubernetes.
const volumes = "/tmp/hostpath_pv"

// openVolumes makes new volumes writable for every user. The provisioner makes folders for root, and the kubelet does
// not apply fsGroup to them; the storage of a real cluster does what the pod asks for.
func (n *nodeSupervisor) openVolumes() {
	opened := map[string]bool{}
	for {
		found, _ := os.ReadDir(volumes) // there is no such folder before the first volume
		for _, entry := range found {
			if !opened[entry.Name()] && os.Chmod(filepath.Join(volumes, entry.Name()), 0o777) == nil {
				opened[entry.Name()] = true
			}
		}
		time.Sleep(pollInterval)
	}
}

// Command testenv-supervisor is the supervisor alone, without any Kubernetes component linked in.
//
// It serves KUBEBUILDER_ASSETS: somebody who brings etcd and kube-apiserver needs one small build, not the large one.
package main

import "hearth/testenv/supervisor"

func main() {
	supervisor.Main()
}

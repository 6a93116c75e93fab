//go:build node

package main

import (
	"context"
	"os"

	"k8s.io/component-base/cli"
	kubeproxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"hearth/testenv/supervisor"
)

// The flavour "node" has the programs of a node too, and its supervisor runs the profile of that name only.
func init() {
	programs["kubelet"] = func() { os.Exit(cli.Run(kubelet.NewKubeletCommand(context.Background()))) }
	programs["kube-proxy"] = func() { os.Exit(cli.Run(kubeproxy.NewProxyCommand())) }
	programs["testenv-supervisor"] = supervisor.NodeMain
}

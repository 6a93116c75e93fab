// Command testenv-kube is every program of a Kubernetes control plane in one binary.
//
// The name it is called by (argv[0], as with busybox) or else its first argument picks the program. Only the
// chosen program's command is constructed, because the constructors register flags and metrics process-wide.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	_ "time/tzdata" // CronJob time zones must not depend on the host's zone files.

	"go.etcd.io/etcd/etcdctl/v3/ctlv3"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"

	"hearth/testenv/supervisor"
)

// programs maps each name this binary answers to onto the function that becomes that program.
var programs = map[string]func(){
	"kube-apiserver":          func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
	"kube-controller-manager": func() { os.Exit(cli.Run(controllermanager.NewControllerManagerCommand())) },
	"kube-scheduler":          func() { os.Exit(cli.Run(scheduler.NewSchedulerCommand())) },
	"kubectl":                 func() { cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()) },
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"etcdctl":                 func() { ctlv3.MustStart() },
	"testenv-supervisor":      supervisor.Main,
}

func main() {
	name := filepath.Base(os.Args[0])
	program, known := programs[name]
	if !known && len(os.Args) > 1 {
		name = os.Args[1]
		if program, known = programs[name]; known {
			os.Args = append([]string{name}, os.Args[2:]...)
		}
	}
	if !known {
		fmt.Fprintf(os.Stderr, "testenv-kube: call it by the name of a program, or give that name first: %v\n", names())
		os.Exit(2)
	}
	program()
}

func names() []string {
	var list []string
	for name := range programs {
		list = append(list, name)
	}
	return list
}

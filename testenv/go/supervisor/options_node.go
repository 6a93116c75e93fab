//go:build node

package supervisor

import (
	"errors"
	"flag"
	"time"
)

const profileNode = "node" // the control plane and a real node, in namespaces that testenv-node has made

// nodeSettings is what the command line says beyond the options of the other profiles.
type nodeSettings struct {
	address      string
	name         string
	cgroup       string
	owner        int
	coreDNS      string
	pauseArchive string
}

func parseNodeOptions(arguments []string) (options, nodeSettings, error) {
	o := options{profile: profileNode}
	var node nodeSettings
	var crds, objects string
	flags := flag.NewFlagSet("testenv-supervisor", flag.ContinueOnError)
	flags.StringVar(&o.dataDir, "data-dir", "", "folder that holds everything of this node")
	flags.StringVar(&node.address, "address", "", "the node's address")
	flags.StringVar(&node.name, "node", "", "the node's name")
	flags.StringVar(&node.cgroup, "cgroup", "", "the cgroup of the node's pods")
	flags.IntVar(&node.owner, "owner", 0, "the process on the host that stands for this node")
	flags.StringVar(&node.coreDNS, "coredns", "", "the coredns binary")
	flags.StringVar(&node.pauseArchive, "pause-archive", "", "the image that holds a pod's namespaces")
	flags.StringVar(&crds, "crds", "", "folders of CustomResourceDefinitions, separated by commas")
	flags.StringVar(&objects, "objects", "", "folders of objects applied after the definitions, separated by commas")
	flags.StringVar(&o.hold, "hold", "stdin", "what keeps the node up: stdin (until it closes) or signal")
	flags.BoolVar(&o.durable, "durable", false, "let etcd wait for the disk (fsync), as in production")
	flags.DurationVar(&o.startTimeout, "start-timeout", 2*time.Minute, "how long the start may take")
	if err := flags.Parse(arguments); err != nil {
		return o, node, err
	}
	o.crdDirs, o.objectDirs = splitList(crds), splitList(objects)
	if node.address == "" || node.coreDNS == "" || node.pauseArchive == "" {
		return o, node, errors.New("profile node is started with testenv-node, which makes the namespaces")
	}
	return o, node, nil
}

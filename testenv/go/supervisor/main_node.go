//go:build node

package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// nodeSupervisor is a control plane with a real node. It runs inside the namespaces that testenv-node has made, and that
// program removes what there is to remove; process ids are those inside.
type nodeSupervisor struct {
	*supervisor
	nodeSettings
}

// NodeMain is the entry of the supervisor program in the flavour "node".
func NodeMain() {
	o, node, err := parseNodeOptions(os.Args[1:])
	if err == nil {
		err = runNode(o, node)
	}
	if err != nil {
		printLine(os.Stdout, map[string]any{"ready": false, "error": err.Error()})
		os.Exit(1)
	}
}

func runNode(o options, node nodeSettings) error {
	signal.Ignore(syscall.SIGPIPE)
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &supervisor{options: o, ports: map[string]int{}, processes: map[string]*process{}, shutdown: cancel}
	n := &nodeSupervisor{s, node}
	healthClient.Transport = plainHealth{healthClient.Transport}
	go n.watchSignals()
	defer n.cleanUp()
	if err := n.prepareNode(); err != nil {
		return err
	}
	if n.hold == "stdin" {
		go n.serveStandardInput()
	}
	if err := n.bringUpNode(ctx); err != nil {
		if errors.Is(context.Cause(ctx), errAskedToStop) {
			return nil
		}
		return err
	}
	<-ctx.Done()
	return nil
}

func (n *nodeSupervisor) prepareNode() error {
	// iptables, runc and ctr may be where only root looks.
	if err := os.Setenv("PATH", os.Getenv("PATH")+":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"); err != nil {
		return err
	}
	if err := os.Mkdir(n.logDir(), 0o700); err != nil {
		return err
	}
	path := filepath.Join(n.logDir(), "supervisor.log")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n.log = log.New(file, "", log.LstdFlags|log.Lmicroseconds)
	addNodeIdentities(n.name)
	if err := n.defineNode(); err != nil {
		return err
	}
	if err := errors.Join(writeCertificates(n.pki("")), n.writeServingCertificate()); err != nil {
		return err
	}
	return errors.Join(n.writeKubeconfigs(), n.writeAdminKubeconfig(), n.writeComponentConfigs(), n.writeNodeConfigs())
}

// defineNode describes every component; none is started yet.
func (n *nodeSupervisor) defineNode() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	runtime, err := exec.LookPath(containerd)
	if err != nil {
		return err
	}
	paths := map[string]string{
		etcd: self, kubeAPIServer: self, kubeControllerManager: self, kubeScheduler: self, kubelet: self, kubeProxy: self,
		containerd: runtime, coreDNS: n.coreDNS,
	}
	for name, path := range paths {
		port, fixed := nodePorts[name]
		if !fixed {
			if port, err = n.port(name); err != nil {
				return err
			}
		}
		n.ports[name] = port
		n.processes[name] = &process{name: name, path: path, logPath: n.logPath(name), onStart: func(int) {}}
	}
	for name, component := range n.processes {
		component.arguments = n.nodeArguments(name)
	}
	return nil
}

// bringUpNode starts what depends on nothing at once, and the rest when the apiserver is there.
func (n *nodeSupervisor) bringUpNode(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, n.startTimeout)
	defer cancel()
	began := time.Now()
	parsed := readManifestsInBackground(n.crdDirs, n.objectDirs)
	if err := n.launch(etcd, kubeAPIServer, containerd); err != nil {
		return err
	}
	images := make(chan error, 1)
	go func() { images <- n.importPause(ctx) }()
	var err error
	if n.api, err = newAPIClient(n.kubeconfig(supervisorIdentity)); err != nil {
		return err
	}
	if err := n.waitReady(ctx, kubeAPIServer); err != nil {
		return err
	}
	n.log.Printf("%s ready after %s", kubeAPIServer, time.Since(began))
	read := <-parsed
	if err := errors.Join(read.err, <-images); err != nil {
		return err
	}
	n.log.Printf("%s ready after %s", containerd, time.Since(began))
	// The kubelet takes longest and needs no definitions; only the controllers have to find them at their start.
	if err := n.launch(kubelet); err != nil {
		return err
	}
	if err := n.api.installDefinitions(ctx, read.definitions); err != nil {
		return err
	}
	if err := n.bringUpRest(ctx, append(read.objects, n.dnsEndpoints())); err != nil {
		return err
	}
	n.log.Printf("up after %s", time.Since(began))
	return n.announceNode(time.Since(began))
}

func (n *nodeSupervisor) bringUpRest(ctx context.Context, objects []object) error {
	rest := []string{kubeControllerManager, kubeScheduler, kubeProxy, coreDNS}
	if err := n.launch(rest...); err != nil {
		return err
	}
	rest = append(rest, kubelet)
	go n.openVolumes()
	waits := make(chan error)
	for _, name := range rest {
		go func() { waits <- n.waitReady(ctx, name) }()
	}
	errs := []error{n.api.createAll(ctx, objects)}
	for range rest {
		errs = append(errs, <-waits)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return n.api.waitForWorkingControllers(ctx)
}

// importPause waits for containerd and gives it the one image that every pod needs.
func (n *nodeSupervisor) importPause(ctx context.Context) error {
	if err := n.waitReady(ctx, containerd); err != nil {
		return err
	}
	arguments := []string{"--address", n.containerdSocket(), "--namespace", "k8s.io", "images", "import", n.pauseArchive}
	if output, err := exec.CommandContext(ctx, "ctr", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("importing the pause image: %w: %s", err, output)
	}
	return nil
}

func (n *nodeSupervisor) nodeURL() string {
	return fmt.Sprintf("https://%s:%d", n.address, n.ports[kubeAPIServer])
}

// announceNode says where the apiserver is for the host, and the process there that stands for all of this.
func (n *nodeSupervisor) announceNode(took time.Duration) error {
	if err := n.listen(); err != nil {
		return err
	}
	ca, err := os.ReadFile(n.pki("ca.crt"))
	if err != nil {
		return err
	}
	state := map[string]any{
		"ready":       true,
		"pid":         n.owner,
		"profile":     profileNode,
		"dataDir":     n.dataDir,
		"kubeconfig":  n.kubeconfig("admin"),
		"server":      n.nodeURL(),
		"caData":      string(ca),
		"socket":      n.socketPath(),
		"startedInMs": took.Milliseconds(),
		"components":  n.status(),
	}
	encoded, err := json.Marshal(state)
	if err != nil {
		return err
	}
	if err := os.WriteFile(n.file("state.json.new"), encoded, 0o600); err != nil {
		return err
	}
	if err := os.Rename(n.file("state.json.new"), n.file("state.json")); err != nil {
		return err
	}
	printLine(os.Stdout, state)
	return nil
}

// Package supervisor starts a Kubernetes control plane, keeps it while somebody holds it, and leaves nothing behind.
//
// Every component is a process of its own. They die with this process (parent-death signal), this process ends when
// its standard input closes, and a janitor in its own session cleans up when this process could not.
package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"hearth/testenv/janitor"
)

// supervisor is one control plane.
type supervisor struct {
	options
	ports     map[string]int
	processes map[string]*process
	janitor   *helper
	api       *apiClient
	shutdown  context.CancelCauseFunc
	log       *log.Logger
}

// errAskedToStop is the cause of every ordinary end.
var errAskedToStop = errors.New("asked to stop")

// Main is the entry of the supervisor program.
func Main() {
	o, err := parseOptions(os.Args[1:])
	if err == nil {
		err = run(o)
	}
	if err != nil {
		printLine(os.Stdout, map[string]any{"ready": false, "error": err.Error()})
		os.Exit(1)
	}
}

// run brings the control plane up, waits for the reason to end, and takes everything down.
func run(o options) error {
	signal.Ignore(syscall.SIGPIPE) // whoever read our standard output may be gone; that is not a reason to end
	ctx, cancel := context.WithCancelCause(context.Background())
	s := &supervisor{options: o, ports: map[string]int{}, processes: map[string]*process{}, shutdown: cancel}
	go s.watchSignals()
	if err := s.prepare(); err != nil {
		s.cleanUp()
		return err
	}
	defer s.cleanUp()
	if o.hold == "stdin" {
		go s.serveStandardInput()
	}
	if err := s.bringUp(ctx); err != nil {
		if cause := context.Cause(ctx); errors.Is(cause, errAskedToStop) {
			return nil
		}
		return err
	}
	<-ctx.Done()
	return nil
}

// prepare makes the data folder and everything that has to be in it before a component starts.
func (s *supervisor) prepare() error {
	if err := os.MkdirAll(s.dataDir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(s.dataDir)
	if err != nil || len(entries) > 0 {
		return errors.Join(fmt.Errorf("the data folder %s must be empty", s.dataDir), err)
	}
	if s.janitor, err = startJanitor(s.dataDir); err != nil {
		return err
	}
	if err := os.Mkdir(s.logDir(), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(s.logDir(), "supervisor.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s.log = log.New(file, "", log.LstdFlags|log.Lmicroseconds)
	if err := s.define(); err != nil {
		return err
	}
	if err := writeCertificates(s.pki("")); err != nil {
		return err
	}
	return errors.Join(s.writeKubeconfigs(), s.writeComponentConfigs())
}

// bringUp starts the components in the order their dependencies ask for and prints the ready line.
func (s *supervisor) bringUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.startTimeout)
	defer cancel()
	began := time.Now()
	parsed := readManifestsInBackground(s.crdDirs, s.objectDirs)
	if err := s.launch(etcd, kubeAPIServer); err != nil {
		return err
	}
	var err error
	if s.api, err = newAPIClient(s.kubeconfig(supervisorIdentity)); err != nil {
		return err
	}
	if err := s.waitReady(ctx, kubeAPIServer); err != nil {
		return err
	}
	s.log.Printf("%s ready after %s", kubeAPIServer, time.Since(began))
	manifests := <-parsed
	if manifests.err != nil {
		return manifests.err
	}
	if err := s.api.installDefinitions(ctx, manifests.definitions); err != nil {
		return err
	}
	s.log.Printf("definitions served after %s", time.Since(began))
	if s.profile == profileFull {
		if err := s.bringUpControllers(ctx, manifests.objects); err != nil {
			return err
		}
	}
	s.log.Printf("up after %s", time.Since(began))
	return s.announce(time.Since(began))
}

func (s *supervisor) bringUpControllers(ctx context.Context, objects []object) error {
	controllers := []string{kubeControllerManager, kubeScheduler, kwok}
	if err := s.launch(controllers...); err != nil {
		return err
	}
	waits := make(chan error)
	for _, name := range controllers {
		go func() { waits <- s.waitReady(ctx, name) }()
	}
	errs := []error{s.api.createAll(ctx, objects)}
	for range controllers {
		errs = append(errs, <-waits)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.api.waitForWorkingControllers(ctx)
}

// define describes every component of the profile; none is started yet.
func (s *supervisor) define() error {
	names := []string{etcd, kubeAPIServer}
	if s.profile == profileFull {
		names = append(names, kubeControllerManager, kubeScheduler, kwok)
	}
	for _, name := range names {
		path, err := s.program(name)
		if err != nil {
			return err
		}
		if s.ports[name], err = s.port(name); err != nil {
			return err
		}
		s.processes[name] = &process{name: name, path: path, logPath: s.logPath(name), onStart: s.janitor.remember}
	}
	for name, component := range s.processes {
		component.arguments = s.arguments(name)
	}
	return nil
}

// port chooses a free port for a component; etcd listens on a unix socket and has none.
func (s *supervisor) port(name string) (int, error) {
	if name == etcd {
		return 0, nil
	}
	return freePort()
}

func (s *supervisor) launch(names ...string) error {
	var errs []error
	for _, name := range names {
		errs = append(errs, s.processes[name].start())
	}
	return errors.Join(errs...)
}

func (s *supervisor) arguments(name string) []string {
	switch name {
	case etcd:
		return s.etcdArguments()
	case kubeAPIServer:
		return s.apiServerArguments()
	case kubeControllerManager:
		return s.controllerManagerArguments()
	case kubeScheduler:
		return s.kubeconfigArguments(kubeScheduler)
	default:
		return s.kwokArguments()
	}
}

// announce writes what a client needs to know to dataDir/state.json and to standard output, and opens the socket.
func (s *supervisor) announce(took time.Duration) error {
	if err := s.listen(); err != nil {
		return err
	}
	ca, err := os.ReadFile(s.pki("ca.crt"))
	if err != nil {
		return err
	}
	state := map[string]any{
		"ready":       true,
		"pid":         os.Getpid(),
		"profile":     s.profile,
		"dataDir":     s.dataDir,
		"kubeconfig":  s.kubeconfig("admin"),
		"server":      s.serverURL(),
		"caData":      string(ca),
		"socket":      s.socketPath(),
		"startedInMs": took.Milliseconds(),
		"components":  s.status(),
	}
	encoded, err := json.Marshal(state)
	if err != nil {
		return err
	}
	temporary := filepath.Join(s.dataDir, "state.json.new")
	if err := os.WriteFile(temporary, encoded, 0o600); err != nil {
		return err
	}
	if err := os.Rename(temporary, filepath.Join(s.dataDir, "state.json")); err != nil {
		return err
	}
	printLine(os.Stdout, state)
	return nil
}

func (s *supervisor) watchSignals() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	<-signals
	s.shutdown(errAskedToStop)
}

// cleanUp kills every component at once (their data is deleted anyway), then removes what they left.
func (s *supervisor) cleanUp() {
	var group sync.WaitGroup
	for _, component := range s.processes {
		group.Go(component.kill)
	}
	group.Wait()
	if s.janitor == nil {
		return // the folder was not accepted as ours, so nothing in it may be touched
	}
	janitor.RemoveTraces(s.dataDir)
	s.janitor.dismiss()
}

func (s *supervisor) pki(file string) string     { return filepath.Join(s.dataDir, "pki", file) }
func (s *supervisor) logDir() string             { return filepath.Join(s.dataDir, "logs") }
func (s *supervisor) logPath(name string) string { return filepath.Join(s.logDir(), name+".log") }
func (s *supervisor) socketPath() string         { return filepath.Join(s.dataDir, "supervisor.sock") }
func (s *supervisor) serverURL() string {
	return fmt.Sprintf("https://127.0.0.1:%d", s.ports[kubeAPIServer])
}

func printLine(writer io.Writer, value any) {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // only maps of plain values are printed
	}
	_, _ = fmt.Fprintf(writer, "%s\n", encoded) // the reader may be gone
}

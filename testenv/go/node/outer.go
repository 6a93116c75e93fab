//go:build node

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
)

// masked are the folders of the host that the node does not share; each is a folder of the data folder instead.
var masked = map[string]string{"/tmp": "tmp", "/var/lib": "var-lib", "/var/log": "var-log"}

// outer is what a running node has on the host.
type outer struct {
	dataDir string
	janitor *os.File
	link    *link
	inside  *exec.Cmd
	begin   *os.File // the first line tells init that its network is there
}

// runOuter starts a node and returns when it has ended and nothing of it is left.
func runOuter(arguments []string) error {
	o := &outer{dataDir: flagValue(arguments, "data-dir")}
	if err := o.prepare(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	err := o.start(arguments)
	if err == nil {
		go func() { ended <- o.inside.Wait() }()
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
		select {
		case err = <-ended:
		case <-signals:
			_ = o.inside.Process.Kill()
			<-ended
		}
	}
	o.cleanUp()
	var status *exec.ExitError
	if errors.As(err, &status) {
		os.Exit(1) // the supervisor inside has said what was wrong
	}
	return err
}

// prepare makes the data folder ours; before that nothing in it may be touched.
func (o *outer) prepare() error {
	if !filepath.IsAbs(o.dataDir) {
		return fmt.Errorf("--data-dir must be an absolute path, not %q", o.dataDir)
	}
	if os.Geteuid() != 0 {
		return errors.New("a node needs root")
	}
	signal.Ignore(syscall.SIGPIPE)
	if err := os.MkdirAll(o.dataDir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(o.dataDir)
	if err != nil || len(entries) > 0 {
		return errors.Join(fmt.Errorf("the data folder %s must be empty", o.dataDir), err)
	}
	return o.startJanitor()
}

// startJanitor starts the process that cleans up when this one cannot: it waits for its standard input to close.
func (o *outer) startJanitor() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	command := &exec.Cmd{
		Path:        self,
		Args:        []string{"testenv-node", "janitor", o.dataDir},
		Stdin:       reader,
		Dir:         "/",
		Env:         []string{},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	o.janitor = writer
	return command.Start()
}

// start makes the namespaces with init in them, then the link between them and the host.
func (o *outer) start(arguments []string) error {
	if err := o.makeFolders(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	o.begin = writer
	o.inside = &exec.Cmd{
		Path:       self,
		Args:       append([]string{"testenv-node", "init", fmt.Sprintf("--owner=%d", os.Getpid())}, arguments...),
		Stdin:      os.Stdin,
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		Env:        os.Environ(),
		ExtraFiles: []*os.File{reader},
		SysProcAttr: &syscall.SysProcAttr{
			Pdeathsig: syscall.SIGKILL,
			Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS |
				syscall.CLONE_NEWIPC,
		},
	}
	if err := o.inside.Start(); err != nil {
		return fmt.Errorf("making namespaces: %w", err)
	}
	_, _ = fmt.Fprintln(o.janitor, o.inside.Process.Pid)
	if o.link, err = makeLink(o.inside.Process.Pid); err != nil {
		_ = o.inside.Process.Kill()
		_ = o.inside.Wait()
		return err
	}
	_, err = fmt.Fprintln(o.begin, o.link.inside)
	return err
}

// makeFolders makes the folders that replace the host's, and the cgroups.
func (o *outer) makeFolders() error {
	for _, name := range masked {
		if err := os.MkdirAll(filepath.Join(o.dataDir, "node", name), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(o.dataDir, "node", "tmp"), 0o1777|os.ModeSticky); err != nil {
		return err
	}
	return makeCgroups(o.dataDir)
}

// cleanUp runs when init has ended, and with it every process inside. The janitor does the rest, and it is waited for.
func (o *outer) cleanUp() {
	if o.link != nil {
		o.link.remove()
	}
	removeTraces(o.dataDir)
	_ = o.janitor.Close()
}

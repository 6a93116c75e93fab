package supervisor

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// pausePatience is how long a component may take to stand still.
const pausePatience = 10 * time.Second

// forks runs functions on one OS thread that lives as long as this process.
//
// The kernel sends a parent-death signal when the *thread* that forked ends, not when the process does, and Go ends
// threads at will; so every child has to be forked from a thread that is locked and never returns.
var forks = make(chan func())

func init() {
	go func() {
		runtime.LockOSThread()
		for fork := range forks {
			fork()
		}
	}()
}

func startOnForkThread(command *exec.Cmd) error {
	result := make(chan error)
	forks <- func() { result <- command.Start() }
	return <-result
}

// process is one component: it can be started again after it has ended.
type process struct {
	name      string
	path      string
	arguments []string
	logPath   string
	onStart   func(pid int)

	mutex   sync.Mutex
	command *exec.Cmd
	ended   chan struct{} // closed when the current command has been reaped
	paused  bool
}

// start launches the component; its output is appended to its log file.
func (p *process) start() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.runningLocked() {
		return fmt.Errorf("%s is already running", p.name)
	}
	log, err := os.OpenFile(p.logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command := &exec.Cmd{
		Path:        p.path,
		Args:        append([]string{p.name}, p.arguments...),
		Stdout:      log,
		Stderr:      log,
		Env:         componentEnvironment(),
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	if err := startOnForkThread(command); err != nil {
		return fmt.Errorf("starting %s: %w", p.name, err)
	}
	p.onStart(command.Process.Pid)
	ended := make(chan struct{})
	p.command, p.ended, p.paused = command, ended, false
	go func() {
		_ = command.Wait() // how it ended is in its log file
		close(ended)
	}()
	return nil
}

// componentEnvironment leaves out what would make a component behave differently from one machine to the next.
func componentEnvironment() []string {
	kept := []string{"HOME=/nonexistent"}
	for _, name := range []string{"PATH", "TMPDIR", "TZ", "GOMAXPROCS", "GOMEMLIMIT"} {
		if value, set := os.LookupEnv(name); set {
			kept = append(kept, name+"="+value)
		}
	}
	return kept
}

func (p *process) runningLocked() bool {
	if p.command == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// state says in one word what the component is doing, and its process id (0 when it is not there).
func (p *process) state() (string, int) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.runningLocked() {
		return "stopped", 0
	}
	if p.paused {
		return "paused", p.command.Process.Pid
	}
	return "running", p.command.Process.Pid
}

func (p *process) running() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.runningLocked()
}

// signal sends a signal to a running component.
func (p *process) signal(signal syscall.Signal) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.runningLocked() {
		return fmt.Errorf("%s is not running", p.name)
	}
	switch signal {
	case syscall.SIGSTOP:
		p.paused = true
	case syscall.SIGCONT:
		p.paused = false
	}
	return p.command.Process.Signal(signal)
}

// pause freezes a running component and returns when all of its threads stand still: on a busy machine a signal takes a
// while to reach them, and until then they answer.
func (p *process) pause() error {
	if err := p.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	_, pid := p.state()
	for patience := time.Now().Add(pausePatience); !standsStill(pid); time.Sleep(time.Millisecond) {
		if time.Now().After(patience) {
			return fmt.Errorf("%s does not stop", p.name)
		}
	}
	return nil
}

// standsStill says whether the kernel has stopped every thread of a process, by the state after its name (proc(5)).
func standsStill(pid int) bool {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(threads) == 0 {
		return false
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err == nil && !bytes.HasPrefix(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" T")) {
			return false
		}
	}
	return true
}

// kill ends the component at once and returns when it has been reaped; a stopped one is left alone.
func (p *process) kill() {
	p.mutex.Lock()
	running, ended, command := p.runningLocked(), p.ended, p.command
	p.mutex.Unlock()
	if !running {
		return
	}
	_ = command.Process.Kill() // it can only fail when the process has just ended
	<-ended
}

// terminate asks the component to end and kills it when it has not done so after patience.
func (p *process) terminate(patience time.Duration) {
	p.mutex.Lock()
	running, ended, command := p.runningLocked(), p.ended, p.command
	p.mutex.Unlock()
	if !running {
		return
	}
	_ = command.Process.Signal(syscall.SIGCONT)
	_ = command.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(patience):
		p.kill()
	}
}

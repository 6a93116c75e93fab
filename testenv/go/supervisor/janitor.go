package supervisor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// helper is the janitor, the process that outlives the supervisor for a moment (package janitor). It learns every process id
// through a pipe; when the pipe closes, it removes whatever is left of them and the data folder.
type helper struct {
	command *exec.Cmd
	pipe    *os.File
}

func startJanitor(dataDir string) (*helper, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(filepath.Dir(self), "testenv-janitor")
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	command := &exec.Cmd{
		Path:        path,
		Args:        []string{"testenv-janitor", dataDir},
		Stdin:       reader,
		Dir:         "/",
		Env:         []string{},
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting the janitor: %w", err)
	}
	return &helper{command, writer}, nil
}

// remember tells the janitor about a child, before anything else is done with it.
func (j *helper) remember(pid int) {
	_, _ = fmt.Fprintln(j.pipe, pid) // without a janitor the parent-death signal still ends the child
}

// dismiss ends the janitor and waits for it.
func (j *helper) dismiss() {
	_ = j.pipe.Close()
	_ = j.command.Wait()
}

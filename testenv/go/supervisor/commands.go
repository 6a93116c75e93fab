package supervisor

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

const (
	commandTimeout    = time.Minute
	terminatePatience = 2 * time.Second
)

// shortNames lets a person leave out the prefix.
var shortNames = map[string]string{
	"apiserver":          kubeAPIServer,
	"controller-manager": kubeControllerManager,
	"scheduler":          kubeScheduler,
}

// serveStandardInput answers commands until standard input closes, which means that whoever started us is gone.
func (s *supervisor) serveStandardInput() {
	s.serveCommands(os.Stdin, os.Stdout)
	s.shutdown(errAskedToStop)
}

// listen opens the socket on which any process of this user may give the same commands.
func (s *supervisor) listen() error {
	listener, err := net.Listen("unix", s.socketPath())
	if err != nil {
		return err
	}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return // the listener ends with the process
			}
			go func() {
				defer connection.Close()
				s.serveCommands(connection, connection)
			}()
		}
	}()
	return nil
}

// serveCommands reads one command a line and answers each with one JSON line.
func (s *supervisor) serveCommands(reader io.Reader, writer io.Writer) {
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		answer, err := s.obey(words)
		if err != nil {
			printLine(writer, map[string]any{"ok": false, "error": err.Error()})
			continue
		}
		answer["ok"] = true
		printLine(writer, answer)
	}
}

func (s *supervisor) obey(words []string) (map[string]any, error) {
	s.log.Printf("command: %s", strings.Join(words, " "))
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	switch words[0] {
	case "status":
		return map[string]any{"components": s.status()}, nil
	case "stop":
		// Answered first: the connection ends with the process.
		time.AfterFunc(pollInterval, func() { s.shutdown(errAskedToStop) })
		return map[string]any{"pid": os.Getpid()}, nil
	case "compact":
		revision, err := s.compact(ctx)
		return map[string]any{"revision": revision}, err
	}
	if len(words) != 2 {
		return nil, fmt.Errorf("%s: give one component", words[0])
	}
	name := words[1]
	if long, short := shortNames[name]; short {
		name = long
	}
	component, known := s.processes[name]
	if !known {
		return nil, fmt.Errorf("there is no component %s in profile %s", words[1], s.profile)
	}
	return map[string]any{}, s.act(ctx, words[0], component)
}

func (s *supervisor) act(ctx context.Context, action string, component *process) error {
	switch action {
	case "kill":
		component.kill()
		return nil
	case "pause":
		return component.pause()
	case "resume":
		return component.signal(syscall.SIGCONT)
	case "restart":
		component.terminate(terminatePatience)
		if err := component.start(); err != nil {
			return err
		}
		return s.waitReady(ctx, component.name)
	}
	return fmt.Errorf("unknown command %s; known are status, restart, kill, pause, resume, compact, stop", action)
}

// status says for every component what it is doing, its process id and its port.
func (s *supervisor) status() map[string]any {
	all := map[string]any{}
	for name, component := range s.processes {
		state, pid := component.state()
		all[name] = map[string]any{"state": state, "pid": pid, "port": s.ports[name], "log": s.logPath(name)}
	}
	return all
}

//go:build node

// Command testenv-node gives a node namespaces of its own and runs the node supervisor in them.
//
// It is one small program with four roles. The outer process stays in the host's namespaces and owns everything the
// host can see: the data folder, one veth pair, the cgroups and the janitor. Its child is process 1 of the new
// namespaces ("init"); whichever way it ends, the kernel ends every process in them. "janitor" cleans up when the outer
// process was killed, and as /pause the program is what holds a pod's namespaces.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"hearth/testenv/janitor"
)

func init() {
	// Parent-death signals go by thread: children are started from the main thread, which never ends before the process.
	runtime.LockOSThread()
}

func main() {
	if filepath.Base(os.Args[0]) == "pause" {
		pause()
		return
	}
	role := ""
	if len(os.Args) > 1 {
		role = os.Args[1]
	}
	var err error
	switch role {
	case "init":
		err = runInit(os.Args[2:])
	case "janitor":
		os.Args = os.Args[1:]
		janitor.Main()
		removeTraces(os.Args[1])
	default:
		err = runOuter(os.Args[1:])
	}
	if err != nil {
		fmt.Printf("{\"ready\":false,\"error\":%q}\n", err.Error())
		os.Exit(1)
	}
}

// pause waits to be told to end and reaps what its pod orphans.
func pause() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		reap(syscall.WNOHANG)
	}
}

// reap collects ended children until there is none to collect; it returns the exit status of the wanted one, if seen.
func reap(options int, wanted ...int) (syscall.WaitStatus, bool) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, options, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return status, false
		}
		for _, one := range wanted {
			if pid == one {
				return status, true
			}
		}
	}
}

// flagValue finds --name=value; everything else on the command line is for the supervisor inside.
func flagValue(arguments []string, name string) string {
	for _, argument := range arguments {
		if value, found := strings.CutPrefix(argument, "--"+name+"="); found {
			return value
		}
	}
	return ""
}

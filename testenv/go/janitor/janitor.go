// Package janitor removes what a supervisor leaves behind. It depends on nothing but the standard library, because the
// program made of it waits in memory for as long as a control plane is up.
package janitor

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// Main reads process ids from standard input until the supervisor is gone, then cleans up.
func Main() {
	if len(os.Args) != 2 || !filepath.IsAbs(os.Args[1]) {
		fmt.Fprintln(os.Stderr, "testenv-janitor: give the data folder")
		os.Exit(2)
	}
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	dataDir := os.Args[1]
	pids := readPids(os.Stdin)
	for _, pid := range pids {
		endProcess(pid, dataDir)
	}
	RemoveTraces(dataDir)
}

func readPids(reader io.Reader) []int {
	var pids []int
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if pid, err := strconv.Atoi(lines.Text()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// endProcess kills a former child and waits until it is gone. A process id may have been given to somebody else since,
// so it is only touched while its command line names our data folder.
func endProcess(pid int, dataDir string) {
	for range 500 {
		commandLine, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil || !bytes.Contains(commandLine, []byte(dataDir)) {
			return
		}
		_ = syscall.Kill(pid, syscall.SIGKILL)
		time.Sleep(10 * time.Millisecond)
	}
}

// hostPathVolume matches the folders that the controller-manager's host-path provisioner makes. Their place is
// compiled into Kubernetes.
var hostPathVolume = regexp.MustCompile(`/tmp/hostpath_pv/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// RemoveTraces deletes the data folder and the volumes outside it, which only the audit log knows.
func RemoveTraces(dataDir string) {
	if log, err := os.Open(filepath.Join(dataDir, "audit.log")); err == nil {
		lines := bufio.NewReaderSize(log, 1<<20)
		for {
			line, err := lines.ReadBytes('\n')
			if bytes.Contains(line, []byte(`"resource":"persistentvolumes"`)) {
				for _, volume := range hostPathVolume.FindAll(line, -1) {
					_ = os.RemoveAll(string(volume))
				}
			}
			if err != nil {
				break
			}
		}
		_ = log.Close()
		_ = os.Remove("/tmp/hostpath_pv") // fails, as it should, while another control plane has volumes there
	}
	// A component that was just killed may have been in the middle of making a file.
	for range 50 {
		if os.RemoveAll(dataDir) == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

//go:build node

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	nodeName     = "hearth-node"
	serviceRange = "10.96.0.0/16"
)

// runInit is process 1 of the namespaces: it furnishes them, starts the supervisor and reaps orphans until that ends.
func runInit(arguments []string) error {
	pipe := os.NewFile(3, "begin")
	syscall.CloseOnExec(3)
	dataDir := flagValue(arguments, "data-dir")
	if err := mountAll(dataDir, inputsOf(arguments)); err != nil {
		return fmt.Errorf("mounting: %w", err)
	}
	address, err := bufio.NewReader(pipe).ReadString('\n')
	if err != nil {
		return fmt.Errorf("waiting for the network: %w", err)
	}
	_ = pipe.Close()
	address = strings.TrimSpace(address)
	if err := configureNetwork(address); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	own := []string{"testenv-supervisor", "--address=" + address, "--cgroup=/" + cgroupName(dataDir), "--node=" + nodeName}
	command := &exec.Cmd{
		Path:        filepath.Join(filepath.Dir(self), "testenv-supervisor"),
		Args:        append(own, arguments...),
		Stdin:       os.Stdin,
		Stdout:      os.Stdout,
		Stderr:      os.Stderr,
		Env:         os.Environ(),
		SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	}
	if err := command.Start(); err != nil {
		return err
	}
	status, _ := reap(0, command.Process.Pid)
	os.Exit(status.ExitStatus())
	return nil
}

// inputsOf returns the folders that the arguments tell the supervisor to read.
func inputsOf(arguments []string) []string {
	var folders []string
	for _, name := range []string{"crds", "objects"} {
		for _, folder := range strings.Split(flagValue(arguments, name), ",") {
			if folder != "" {
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

// mountAll replaces the host's folders that programs write to. What the node needs of them is put back: its own data
// folder, the programs and their inputs may lie in one of them.
func mountAll(dataDir string, inputs []string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	kept := append([]string{dataDir, filepath.Dir(filepath.Dir(self))}, inputs...)
	trees := map[string]int{}
	for _, path := range kept {
		if trees[path], err = openTree(path); err != nil {
			return err
		}
	}
	for folder, name := range masked {
		tree, err := openTree(filepath.Join(dataDir, "node", name))
		if err != nil {
			return err
		}
		trees[folder] = tree
	}
	for folder := range masked {
		if err := moveTree(trees[folder], folder); err != nil {
			return err
		}
	}
	errs := []error{syscall.Mount("tmpfs", "/run", "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "mode=755")}
	for _, path := range kept {
		if _, err := os.Stat(path); err == nil && !hidden(path) {
			continue
		}
		errs = append(errs, os.MkdirAll(path, 0o755), moveTree(trees[path], path))
	}
	return errors.Join(append(errs, mountShared())...)
}

// mountShared mounts the processes of the new namespace and lets the kubelet's mounts reach containerd and the containers.
func mountShared() error {
	return errors.Join(
		syscall.Mount("proc", "/proc", "proc", syscall.MS_NOSUID|syscall.MS_NODEV|syscall.MS_NOEXEC, ""),
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, ""),
		syscall.Sethostname([]byte(nodeName)),
	)
}

// hidden says whether a path lies in a folder that was replaced.
func hidden(path string) bool {
	for folder := range masked {
		if strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return strings.HasPrefix(path, "/run/")
}

func openTree(path string) (int, error) {
	tree, err := unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return tree, nil
}

func moveTree(tree int, path string) error {
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// configureNetwork gives the node its address. There is no default route, so nothing inside reaches any other network;
// service addresses that no rule matches end here instead of looking for one.
func configureNetwork(address string) error {
	return errors.Join(
		ip("link", "set", "lo", "up"),
		ip("addr", "add", address+"/30", "dev", "eth0"),
		ip("link", "set", "eth0", "up"),
		ip("route", "add", serviceRange, "dev", "lo"),
		os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644),
	)
}

//go:build node

package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"hearth/testenv/janitor"
)

const cgroupMount = "/sys/fs/cgroup"

// cgroupName is the cgroup under which a node's pods are; every node has one of its own in each hierarchy.
func cgroupName(dataDir string) string {
	return fmt.Sprintf("hearth-%x", sha256.Sum256([]byte(dataDir)))[:len("hearth-")+12]
}

// hierarchies are the roots of the cgroup file systems: one (version 2), or one for each controller (version 1).
func hierarchies() []string {
	if _, err := os.Stat(filepath.Join(cgroupMount, "cgroup.controllers")); err == nil {
		return []string{cgroupMount}
	}
	found, _ := filepath.Glob(filepath.Join(cgroupMount, "*", "cgroup.procs")) // the pattern is well-formed
	roots := make([]string, 0, len(found))
	for _, path := range found {
		roots = append(roots, filepath.Dir(path))
	}
	return roots
}

func makeCgroups(dataDir string) error {
	for _, root := range hierarchies() {
		folder := filepath.Join(root, cgroupName(dataDir))
		if err := os.Mkdir(folder, 0o755); err != nil {
			return err
		}
		// A new cpuset of version 1 is empty, and nothing can run in it.
		for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
			value, err := os.ReadFile(filepath.Join(root, file))
			if err != nil {
				continue // another controller, or version 2, where a cgroup inherits
			}
			if err := os.WriteFile(filepath.Join(folder, file), value, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeTraces deletes the data folder and the cgroups of a node that has ended. Processes take a moment to die.
func removeTraces(dataDir string) {
	for range 1000 {
		left := removeCgroups(dataDir)
		janitor.RemoveTraces(dataDir)
		_, err := os.Lstat(dataDir)
		if left == nil && errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func removeCgroups(dataDir string) error {
	var errs []error
	for _, root := range hierarchies() {
		errs = append(errs, removeCgroup(filepath.Join(root, cgroupName(dataDir))))
	}
	return errors.Join(errs...)
}

// removeCgroup removes a tree of cgroups from its leaves on; the files in it go with their folder.
func removeCgroup(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	for _, entry := range entries {
		if entry.IsDir() {
			errs = append(errs, removeCgroup(filepath.Join(folder, entry.Name())))
		}
	}
	return errors.Join(append(errs, os.Remove(folder))...)
}

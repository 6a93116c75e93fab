package supervisor

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type object = *unstructured.Unstructured

// manifests is what the folders on the command line hold.
type manifests struct {
	definitions []object // CustomResourceDefinitions
	objects     []object // everything else
	err         error
}

// readManifestsInBackground parses while etcd and the apiserver start: the definitions are more than a megabyte.
func readManifestsInBackground(definitionDirs, objectDirs []string) <-chan manifests {
	result := make(chan manifests, 1)
	go func() {
		var read manifests
		var first, second error
		read.definitions, first = readDirs(definitionDirs)
		read.objects, second = readDirs(objectDirs)
		read.err = errors.Join(first, second)
		result <- read
	}()
	return result
}

func readDirs(dirs []string) ([]object, error) {
	var paths []string
	for _, dir := range dirs {
		found, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("there are no manifests in %s", dir)
		}
		sort.Strings(found)
		paths = append(paths, found...)
	}
	objects := make([][]object, len(paths))
	errs := make([]error, len(paths))
	var group sync.WaitGroup
	for i, path := range paths {
		group.Go(func() { objects[i], errs[i] = readFile(path) })
	}
	group.Wait()
	var all []object
	for _, some := range objects {
		all = append(all, some...)
	}
	return all, errors.Join(errs...)
}

func readFile(path string) ([]object, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var objects []object
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		var parsed map[string]any
		if err := yaml.Unmarshal(document, &parsed); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		if len(parsed) > 0 {
			objects = append(objects, &unstructured.Unstructured{Object: parsed})
		}
	}
}

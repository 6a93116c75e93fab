package supervisor

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The profiles a supervisor can run.
const (
	profileFull = "full" // etcd, apiserver, controller-manager, scheduler and kwok
	profileAPI  = "api"  // etcd and apiserver only, as envtest has it
)

// options is what the command line says.
type options struct {
	dataDir      string
	profile      string
	assetsDir    string
	kwokPath     string
	crdDirs      []string
	objectDirs   []string
	hold         string
	durable      bool
	startTimeout time.Duration
}

// parseOptions reads the command line of the supervisor.
func parseOptions(arguments []string) (options, error) {
	var o options
	var crds, objects string
	flags := flag.NewFlagSet("testenv-supervisor", flag.ContinueOnError)
	flags.StringVar(&o.dataDir, "data-dir", "", "folder that holds everything of this control plane; deleted at the end")
	flags.StringVar(&o.profile, "profile", profileFull, "full or api")
	flags.StringVar(&o.assetsDir, "assets-dir", "", "folder with etcd and kube-apiserver to run instead of our own")
	flags.StringVar(&o.kwokPath, "kwok", "", "the kwok binary (profile full)")
	flags.StringVar(&crds, "crds", "", "folders of CustomResourceDefinitions, separated by commas")
	flags.StringVar(&objects, "objects", "", "folders of objects applied after the definitions, separated by commas")
	flags.StringVar(&o.hold, "hold", "stdin", "what keeps the control plane up: stdin (until it closes) or signal")
	flags.BoolVar(&o.durable, "durable", false, "let etcd wait for the disk (fsync), as in production")
	flags.DurationVar(&o.startTimeout, "start-timeout", 2*time.Minute, "how long the start may take")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	o.crdDirs, o.objectDirs = splitList(crds), splitList(objects)
	return o, o.validate()
}

func (o *options) validate() error {
	if o.dataDir == "" || !filepath.IsAbs(o.dataDir) {
		return fmt.Errorf("--data-dir must be an absolute path, not %q", o.dataDir)
	}
	if o.profile != profileFull && o.profile != profileAPI {
		return fmt.Errorf("--profile must be full or api, not %q", o.profile)
	}
	if o.hold != "stdin" && o.hold != "signal" {
		return fmt.Errorf("--hold must be stdin or signal, not %q", o.hold)
	}
	if o.profile == profileFull && o.kwokPath == "" {
		return fmt.Errorf("profile full needs --kwok")
	}
	return nil
}

// program returns the executable for a component and the name to call it by.
func (o *options) program(name string) (path string, err error) {
	if name == kwok {
		return o.kwokPath, nil
	}
	if o.assetsDir != "" {
		return filepath.Join(o.assetsDir, name), nil
	}
	return os.Executable()
}

func splitList(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}

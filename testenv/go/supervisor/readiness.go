package supervisor

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

const pollInterval = 50 * time.Millisecond

// healthClient asks components on loopback whether they are well. Their certificates are ours, and nothing secret is
// sent, so there is nothing to verify.
var healthClient = &http.Client{
	Timeout: 2 * time.Second,
	Transport: &http.Transport{
		DisableKeepAlives: true, // a component that was restarted must not be asked over a dead connection
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
	},
}

// healthURL is where a component says that it is ready to serve.
func (s *supervisor) healthURL(name string) string {
	switch name {
	case kubeAPIServer:
		return s.serverURL() + "/readyz"
	case kwok:
		return fmt.Sprintf("http://127.0.0.1:%d/healthz", s.ports[kwok])
	default:
		return fmt.Sprintf("https://127.0.0.1:%d/healthz", s.ports[name])
	}
}

// waitReady returns when the component says it is ready, and fails when it ends before or time runs out.
func (s *supervisor) waitReady(ctx context.Context, name string) error {
	if name == etcd {
		return s.waitForEtcd(ctx)
	}
	last := "no answer"
	return s.poll(ctx, name, func() bool {
		response, err := healthClient.Get(s.healthURL(name))
		if err != nil {
			last = err.Error()
			return false
		}
		defer response.Body.Close()
		last = response.Status
		return response.StatusCode == http.StatusOK
	}, &last)
}

func (s *supervisor) poll(ctx context.Context, name string, ready func() bool, last *string) error {
	for {
		if ready() {
			return nil
		}
		if !s.processes[name].running() {
			return fmt.Errorf("%s ended before it was ready; the end of its log:\n%s", name, tail(s.logPath(name)))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready (%s): %w; the end of its log:\n%s",
				name, *last, context.Cause(ctx), tail(s.logPath(name)))
		case <-time.After(pollInterval):
		}
	}
}

// tail returns the last lines of a file, for messages.
func tail(path string) string {
	const keep = 15
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-keep):], "\n")
}

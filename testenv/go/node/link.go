//go:build node

package main

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
)

// link is the one veth pair between a node and the host.
type link struct {
	name    string // on the host
	host    string
	inside  string
	network int
}

// networks is the number of /30 networks in 198.18.0.0/15, the range that RFC 2544 sets aside for tests.
const networks = 1 << 15

// makeLink connects the network namespace of a process with the host. The network's number is part of the link's name,
// and names are unique, so that two nodes cannot choose the same network.
func makeLink(pid int) (*link, error) {
	var last error
	for range 50 {
		candidate := newLink(rand.IntN(networks))
		if candidate.addressInUse() {
			continue
		}
		peer := []string{"peer", "name", "eth0", "netns", fmt.Sprint(pid)}
		if last = ip(append([]string{"link", "add", candidate.name, "type", "veth"}, peer...)...); last != nil {
			continue
		}
		if last = ip("addr", "add", candidate.host+"/30", "dev", candidate.name); last != nil {
			return nil, last
		}
		return candidate, ip("link", "set", candidate.name, "up")
	}
	return nil, fmt.Errorf("no network for the node: %w", last)
}

func newLink(number int) *link {
	address := func(last int) string {
		offset := number*4 + last
		return fmt.Sprintf("198.%d.%d.%d", 18+offset>>16, offset>>8&255, offset&255)
	}
	return &link{name: fmt.Sprintf("hearth%d", number), host: address(1), inside: address(2), network: number}
}

// addressInUse says whether the host has an interface whose network holds the address inside.
func (l *link) addressInUse() bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.Contains(net.ParseIP(l.inside)) {
			return true
		}
	}
	return false
}

// remove takes the pair away at once; the kernel would do it too, a moment after the namespace has ended.
func (l *link) remove() { _ = ip("link", "del", l.name) }

func ip(arguments ...string) error {
	output, err := exec.Command("ip", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(arguments, " "), err, output)
	}
	return nil
}

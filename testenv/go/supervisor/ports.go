package supervisor

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports are chosen below the range the kernel hands out to outgoing connections (32768 and up by default), so that
// nothing can take one between the choice and the bind, or while a component is down in a fault test.
const (
	lowestPort  = 15000
	highestPort = 30000
)

// freePort returns a loopback port that nobody listens on.
func freePort() (int, error) {
	for range 200 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		return port, listener.Close()
	}
	return 0, fmt.Errorf("no free port between %d and %d", lowestPort, highestPort)
}

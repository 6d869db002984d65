package fakevantage

import (
	"context"
	"io"
	"net"
	"sync"
)

// StallingProxy forwards TCP connections to a server until they are stalled. From then on, nothing passes in either
// direction, without an error, as after a change of the network.
type StallingProxy struct {
	net.Listener
	mu     sync.Mutex
	stalls []chan struct{} // of the connections that are not stalled
}

// NewStallingProxy listens on a loopback address until ctx is done.
func NewStallingProxy(ctx context.Context, target string) (*StallingProxy, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	p := &StallingProxy{Listener: l}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := new(net.Dialer).DialContext(ctx, "tcp", target)
			if err != nil {
				_ = client.Close()
				return
			}
			stalled := make(chan struct{})
			p.mu.Lock()
			p.stalls = append(p.stalls, stalled)
			p.mu.Unlock()
			go forward(server, client, stalled)
			go forward(client, server, stalled)
		}
	}()
	return p, nil
}

// Stall stalls the open connections and returns their number. New connections work.
func (p *StallingProxy) Stall() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, stalled := range p.stalls {
		close(stalled)
	}
	n := len(p.stalls)
	p.stalls = nil
	return n
}

func forward(to io.WriteCloser, from io.Reader, stalled <-chan struct{}) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		select {
		case <-stalled:
			return
		default:
		}
		if _, writeErr := to.Write(buffer[:n]); err != nil || writeErr != nil {
			_ = to.Close()
			return
		}
	}
}

package supervisor

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

func (s *supervisor) etcdClient(ctx context.Context) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{
		Endpoints:   []string{s.etcdURL()},
		DialTimeout: 2 * time.Second,
		Context:     ctx,
		Logger:      zap.NewNop(),
	})
}

func (s *supervisor) waitForEtcd(ctx context.Context) error {
	client, err := s.etcdClient(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	last := "no answer"
	return s.poll(ctx, etcd, func() bool {
		once, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		_, err := client.Get(once, "health")
		if err != nil {
			last = err.Error()
		}
		return err == nil
	}, &last)
}

// compact throws away the whole history of etcd and returns the revision that is left.
func (s *supervisor) compact(ctx context.Context) (int64, error) {
	client, err := s.etcdClient(ctx)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	now, err := client.Get(ctx, "health")
	if err != nil {
		return 0, fmt.Errorf("asking etcd for its revision: %w", err)
	}
	revision := now.Header.Revision
	if _, err := client.Compact(ctx, revision, clientv3.WithCompactPhysical()); err != nil {
		return 0, fmt.Errorf("compacting etcd at revision %d: %w", revision, err)
	}
	return revision, nil
}

package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// apiClient talks to our own apiserver as the user "testenv-supervisor".
type apiClient struct {
	dynamic dynamic.Interface
	rest    rest.Interface
}

func newAPIClient(kubeconfig string) (*apiClient, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1 // no client-side limit
	dynamicClient, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	discoveryClient, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, err
	}
	return &apiClient{dynamicClient, discoveryClient.RESTClient()}, nil
}

// createAll creates objects concurrently. The cluster is new, so creating is enough; server-side apply would make the
// apiserver convert every large schema once more.
func (c *apiClient) createAll(ctx context.Context, objects []object) error {
	const concurrency = 8
	slots := make(chan struct{}, concurrency)
	errs := make([]error, len(objects))
	var group sync.WaitGroup
	for i, item := range objects {
		slots <- struct{}{}
		group.Go(func() {
			errs[i] = c.create(ctx, item)
			<-slots
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

func (c *apiClient) create(ctx context.Context, item object) error {
	resource, _ := meta.UnsafeGuessKindToResource(item.GroupVersionKind())
	var client dynamic.ResourceInterface = c.dynamic.Resource(resource)
	if namespace := item.GetNamespace(); namespace != "" {
		client = c.dynamic.Resource(resource).Namespace(namespace)
	}
	for {
		_, err := client.Create(ctx, item, metav1.CreateOptions{FieldManager: "testenv"})
		switch {
		case err == nil || apierrors.IsAlreadyExists(err):
			return nil
		case !apierrors.IsNotFound(err) && !apierrors.IsServerTimeout(err):
			return fmt.Errorf("creating %s %s: %w", item.GetKind(), item.GetName(), err)
		}
		// The endpoint of a new definition may take a moment longer than its place in discovery.
		select {
		case <-ctx.Done():
			return fmt.Errorf("creating %s %s: %w", item.GetKind(), item.GetName(), err)
		case <-time.After(pollInterval):
		}
	}
}

// installDefinitions creates CustomResourceDefinitions and returns when discovery lists every one of them.
//
// The garbage collector reads discovery when it starts and then every 30 seconds only; a definition it did not see at
// its start has no cascading deletion for that long.
func (c *apiClient) installDefinitions(ctx context.Context, definitions []object) error {
	if len(definitions) == 0 {
		return nil
	}
	if err := c.createAll(ctx, definitions); err != nil {
		return err
	}
	for {
		missing, err := c.undiscovered(ctx, definitions)
		if err == nil && len(missing) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("definitions not served %v: %w", missing, errors.Join(context.Cause(ctx), err))
		case <-time.After(pollInterval):
		}
	}
}

func (c *apiClient) undiscovered(ctx context.Context, definitions []object) ([]string, error) {
	const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
	raw, err := c.rest.Get().AbsPath("/apis").SetHeader("Accept", accept).DoRaw(ctx)
	if err != nil {
		return nil, err
	}
	var list discoveredGroups
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	served := list.resources()
	var missing []string
	for _, definition := range definitions {
		group, _, _ := unstructured.NestedString(definition.Object, "spec", "group")
		plural, _, _ := unstructured.NestedString(definition.Object, "spec", "names", "plural")
		if !served[schema.GroupResource{Group: group, Resource: plural}] {
			missing = append(missing, plural+"."+group)
		}
	}
	return missing, nil
}

// discoveredGroups is the part of aggregated discovery that is of interest.
type discoveredGroups struct {
	Items []struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
		Versions []struct {
			Resources []struct {
				Resource string `json:"resource"`
			} `json:"resources"`
		} `json:"versions"`
	} `json:"items"`
}

func (d *discoveredGroups) resources() map[schema.GroupResource]bool {
	served := map[schema.GroupResource]bool{}
	for _, group := range d.Items {
		for _, version := range group.Versions {
			for _, resource := range version.Resources {
				served[schema.GroupResource{Group: group.Metadata.Name, Resource: resource.Resource}] = true
			}
		}
	}
	return served
}

// waitForWorkingControllers returns when the controller-manager has done its first work (the default ServiceAccount)
// and the simulated node is ready, so that a pod created right after is scheduled and starts.
func (c *apiClient) waitForWorkingControllers(ctx context.Context) error {
	accounts := c.dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"})
	nodes := c.dynamic.Resource(schema.GroupVersionResource{Version: "v1", Resource: "nodes"})
	for {
		_, err := accounts.Namespace("default").Get(ctx, "default", metav1.GetOptions{})
		if err == nil {
			list, listError := nodes.List(ctx, metav1.ListOptions{})
			if listError == nil && allReady(list.Items) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no default ServiceAccount or no ready node: %w", context.Cause(ctx))
		case <-time.After(pollInterval):
		}
	}
}

func allReady(nodes []unstructured.Unstructured) bool {
	for _, node := range nodes {
		taints, _, _ := unstructured.NestedSlice(node.Object, "spec", "taints")
		if len(taints) > 0 || !hasTrueCondition(node, "Ready") {
			return false
		}
	}
	return len(nodes) > 0
}

func hasTrueCondition(item unstructured.Unstructured, kind string) bool {
	conditions, _, _ := unstructured.NestedSlice(item.Object, "status", "conditions")
	for _, condition := range conditions {
		fields, _ := condition.(map[string]any)
		if fields["type"] == kind {
			return fields["status"] == "True"
		}
	}
	return false
}

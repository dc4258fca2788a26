// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"context"
	"maps"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/internal/assembly"
)

// SecretReader reads Secrets and ConfigMaps by name, past the cache: a cache
// would have to list and watch them all.
type SecretReader struct {
	// Reader must not be a cache.
	Reader client.Reader
}

var _ assembly.Reader = SecretReader{}

// Secret implements assembly.Reader.
func (s SecretReader) Secret(ctx context.Context, namespace, name string) (assembly.Bundle, bool, error) {
	var secret corev1.Secret
	if err := s.Reader.Get(unlogged(ctx), types.NamespacedName{Namespace: namespace, Name: name}, &secret); err != nil {
		return missing(err)
	}
	return assembly.Bundle{Data: secret.Data, Version: string(secret.UID) + "/" + secret.ResourceVersion}, true, nil
}

// ConfigMap implements assembly.Reader.
func (s SecretReader) ConfigMap(ctx context.Context, namespace, name string) (assembly.Bundle, bool, error) {
	var object corev1.ConfigMap
	if err := s.Reader.Get(unlogged(ctx), types.NamespacedName{Namespace: namespace, Name: name}, &object); err != nil {
		return missing(err)
	}
	data := make(map[string][]byte, len(object.Data)+len(object.BinaryData))
	maps.Copy(data, object.BinaryData)
	for key, value := range object.Data {
		data[key] = []byte(value)
	}
	return assembly.Bundle{Data: data, Version: string(object.UID) + "/" + object.ResourceVersion}, true, nil
}

// unlogged returns a context without a logger: at the highest levels the
// Kubernetes client writes the bodies of answers into it.
func unlogged(ctx context.Context) context.Context { return logr.NewContext(ctx, logr.Discard()) }

func missing(err error) (assembly.Bundle, bool, error) {
	if errors.IsNotFound(err) {
		return assembly.Bundle{}, false, nil
	}
	return assembly.Bundle{}, false, err
}

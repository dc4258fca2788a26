// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"context"
	"net/http"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/remote"
)

// certificates are those of a private authority; the zero value is none.
type certificates struct {
	pem     []byte
	version string
}

func (b *Builder) certificates(ctx context.Context, system, namespace string, ref *v1alpha1.CABundleReference) (certificates, error) {
	if ref == nil {
		return certificates{}, nil
	}
	kind, key := ref.Kind, ref.Key
	if kind == "" {
		kind = v1alpha1.CABundleConfigMap
	}
	if key == "" {
		key = "ca.crt"
	}
	read := b.options.Reader.ConfigMap
	if kind == v1alpha1.CABundleSecret {
		read = b.options.Reader.Secret
	}
	bundle, found, err := read(ctx, namespace, ref.Name)
	if err != nil {
		return certificates{}, err
	}
	if !found || len(bundle.Data[key]) == 0 {
		return certificates{}, misconfigured(system, v1alpha1.ReasonCABundleNotFound,
			"%s %q with the key %q does not exist in this namespace", kind, ref.Name, key)
	}
	return certificates{pem: bundle.Data[key], version: string(kind) + bundle.Version}, nil
}

// transport returns the shared transport, or one that trusts the certificates too.
func (b *Builder) transport(system string, trusted certificates) (http.RoundTripper, error) {
	if len(trusted.pem) == 0 {
		return b.plain, nil
	}
	transport, err := remote.NewTransport(trusted.pem, b.options.Reach)
	if err != nil {
		return nil, misconfigured(system, v1alpha1.ReasonCABundleMalformed,
			"the bundle in caBundleRef holds no certificate in PEM format")
	}
	return transport, nil
}

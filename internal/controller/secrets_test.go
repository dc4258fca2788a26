// SPDX-License-Identifier: Apache-2.0

package controller

import (
	"bytes"
	"testing"

	"github.com/go-logr/logr/funcr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

// The Kubernetes client writes bodies into the log of its context at level 8.
// A Secret is read with none.
func TestSecretsAreReadWithoutALog(t *testing.T) {
	s := newShop(t)
	var logged bytes.Buffer
	ctx := ctrllog.IntoContext(t.Context(), funcr.New(func(_, args string) { logged.WriteString(args) }, funcr.Options{Verbosity: 99}))
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "canary"}, Data: map[string][]byte{"key": []byte("c4n4ry")}}
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "canary"}, Data: map[string]string{"key": "c4n4ry"}}
	for _, made := range []client.Object{secret, object} {
		if err := plane.Client.Create(t.Context(), made); err != nil {
			t.Fatal(err)
		}
	}
	reader := SecretReader{Reader: plane.Client}
	bundle, found, err := reader.Secret(ctx, s.namespace, "canary")
	if err != nil || !found || string(bundle.Data["key"]) != "c4n4ry" {
		t.Fatalf("%v, %v", found, err)
	}
	if _, _, err := reader.ConfigMap(ctx, s.namespace, "canary"); err != nil {
		t.Fatal(err)
	}
	if logged.Len() > 0 {
		t.Errorf("the log says %.300s", &logged)
	}
	// Without the reader it would be there, or this test would prove nothing.
	if err := plane.Client.Get(ctx, client.ObjectKeyFromObject(secret), secret); err != nil || logged.Len() == 0 {
		t.Errorf("the client does not log bodies: %v", err)
	}
}

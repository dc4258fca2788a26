// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"net/url"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/simulator/world"
)

// Names of the Secrets of Connection.
const (
	OrderManagerSecret = "order-manager"
	WarehouseSecret    = "warehouse"
)

// Never is an interval whose slots do not come while a test runs: its runs are
// asked for by token.
const Never = 168 * time.Hour

// Secrets are what Connection refers to.
func Secrets(namespace string, at world.Addresses) []*corev1.Secret {
	secret := func(name string, data map[string]string) *corev1.Secret {
		return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, StringData: data}
	}
	return []*corev1.Secret{
		secret(OrderManagerSecret, map[string]string{"accessToken": at.OrderManager.AccessToken, "hosts": HostOf(at.OrderManager.URL)}),
		secret(WarehouseSecret, map[string]string{
			"clientID": at.ThreePL.ClientID, "clientSecret": at.ThreePL.ClientSecret, "hosts": HostOf(at.ThreePL.URL)}),
	}
}

// Connection is one between both systems of a world.
func Connection(key client.ObjectKey, at world.Addresses) *v1alpha1.OrderManagerConnection {
	return &v1alpha1.OrderManagerConnection{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Spec: v1alpha1.OrderManagerConnectionSpec{
			Source: v1alpha1.OrderSource{OrderManager: &v1alpha1.OrderManagerSource{
				URL: at.OrderManager.URL, SecretRef: v1alpha1.SecretReference{Name: OrderManagerSecret}, WarehouseName: at.OrderManager.WarehouseName}},
			Destination: v1alpha1.OrderDestination{ThreePLWarehouseManager: &v1alpha1.ThreePLWarehouseManagerDestination{
				URL: at.ThreePL.URL, SecretRef: v1alpha1.SecretReference{Name: WarehouseSecret}, UserLogin: at.ThreePL.UserLogin,
				CustomerID: at.ThreePL.CustomerID, FacilityID: at.ThreePL.FacilityID, TimeZone: at.ThreePL.TimeZone}},
		},
	}
}

// Policy governs connections by name, with all four routines at one interval.
func Policy(key client.ObjectKey, every time.Duration, connections ...string) *v1alpha1.SyncPolicy {
	schedule := v1alpha1.Schedule{Every: &metav1.Duration{Duration: every}}
	return &v1alpha1.SyncPolicy{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name},
		Spec: v1alpha1.SyncPolicySpec{
			Connections:          v1alpha1.ConnectionSelection{Names: connections},
			OrderDownload:        &v1alpha1.OrderDownloadPolicy{Schedule: schedule},
			OrderCancelDownload:  &v1alpha1.OrderCancelDownloadPolicy{Schedule: schedule},
			ShipmentConfirmation: &v1alpha1.ShipmentConfirmationPolicy{Schedule: schedule},
			InventorySync:        &v1alpha1.InventorySyncPolicy{Schedule: schedule},
		},
	}
}

// HostOf is what a Secret lists under hosts for this address.
func HostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Host
}

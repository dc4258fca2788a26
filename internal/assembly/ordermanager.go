// SPDX-License-Identifier: Apache-2.0

package assembly

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ordersync.dev/operator/api/v1alpha1"
	"ordersync.dev/operator/internal/fulfillment"
	"ordersync.dev/operator/internal/ordermanager"
	"ordersync.dev/operator/internal/remote"
)

const (
	// limitsAge is how long learned request limits are believed.
	limitsAge = time.Hour
	// limitsAgain is when they are asked for again that could not be read. The gap
	// doubles with each failure, up to the age: an account may tell none at all.
	limitsAgain = time.Minute
)

// orderManagerSource is the way to one account of Order Manager.
type orderManagerSource struct {
	version string
	host    string
	options ordermanager.Options
	budgets *remote.Budgets
	now     func() time.Time

	mutex      sync.Mutex
	resolution Resolution
	resolvedAt time.Time
	// learnAt is when the request limits are asked for next, unlearned how often
	// in a row they could not be read.
	learnAt   time.Time
	unlearned int
}

func (b *Builder) orderManager(ctx context.Context, connection *v1alpha1.OrderManagerConnection, member *v1alpha1.OrderManagerSource) (Source, error) {
	address := member.URL
	if address == "" {
		address = ordermanager.DefaultURL
	}
	if err := b.requireTLS(ordermanager.System, "spec.source.orderManager.url", address); err != nil {
		return nil, err
	}
	secret, err := b.credentials(ctx, ordermanager.System, connection.Namespace, member.SecretRef.Name)
	if err != nil {
		return nil, err
	}
	if err := secret.allow(address, ordermanager.DefaultURL); err != nil {
		return nil, err
	}
	trusted, err := b.certificates(ctx, ordermanager.System, connection.Namespace, member.CABundleRef)
	if err != nil {
		return nil, err
	}
	version := fmt.Sprintf("%d %s %s", connection.Generation, secret.version, trusted.version)
	return b.keptSource(connection.UID, version, func() (Source, error) {
		transport, err := b.transport(ordermanager.System, trusted)
		if err != nil {
			return nil, err
		}
		options := ordermanager.Options{
			Remote:        b.remote(connection, address, transport),
			TokenURL:      member.TokenURL,
			WarehouseName: member.WarehouseName,
			StockLocation: connection.Spec.Inventory.StockLocation,
			DownloadLabel: connection.Spec.Orders.LabelDownloadedOrders,
		}
		for _, status := range connection.Spec.Orders.PickupStatuses {
			options.PickupStatuses = append(options.PickupStatuses, string(status))
		}
		if options.Credentials, err = b.orderManagerCredentials(secret, address, member.TokenURL); err != nil {
			return nil, err
		}
		options.Remote.Account = options.Credentials.Account(address)
		// One authorizer for the clients of all priorities: they share one token.
		if options.Remote.Authorizer, err = ordermanager.NewAuthorizer(options); err != nil {
			return nil, misconfigured(ordermanager.System, v1alpha1.ReasonCredentialsMalformed, "%s", err)
		}
		return &orderManagerSource{
			version: version, host: hostOf(address), options: options,
			budgets: b.options.Budgets, now: b.options.Now,
		}, nil
	})
}

// orderManagerCredentials reads an access token, or a user name and a password
// together with where they are exchanged.
func (b *Builder) orderManagerCredentials(secret credentials, address, tokenURL string) (result ordermanager.Credentials, err error) {
	const tokenKey, userKey, passwordKey = "accessToken", "username", "password"
	if secret.has(tokenKey) {
		if secret.has(userKey) || secret.has(passwordKey) {
			return result, misconfigured(ordermanager.System, v1alpha1.ReasonCredentialsAmbiguous,
				"Secret %q holds an accessToken and a username or password; keep one of the two kinds", secret.name)
		}
		result.AccessToken, err = secret.value(tokenKey)
		return result, err
	}
	if !secret.has(userKey) && !secret.has(passwordKey) {
		return result, misconfigured(ordermanager.System, v1alpha1.ReasonSecretKeyMissing,
			"Secret %q needs the keys username and password, or the key accessToken", secret.name)
	}
	if result.Username, err = secret.value(userKey); err != nil {
		return result, err
	}
	if result.Password, err = secret.value(passwordKey); err != nil {
		return result, err
	}
	if tokenURL == "" {
		tokenURL = ordermanager.DefaultTokenURL(address)
	}
	if err := b.requireTLS(ordermanager.System, "spec.source.orderManager.tokenURL", tokenURL); err != nil {
		return result, err
	}
	return result, secret.allow(tokenURL, ordermanager.DefaultURL, ordermanager.DefaultTokenURL(ordermanager.DefaultURL))
}

// String keeps the credentials out of every kind of printing.
func (*orderManagerSource) String() string { return "source Order Manager" }

// GoString keeps the credentials out of every kind of printing.
func (*orderManagerSource) GoString() string { return "source Order Manager" }

// Version implements Source.
func (s *orderManagerSource) Version() string { return s.version }

// Account implements Source.
func (s *orderManagerSource) Account() string { return s.options.Remote.Account }

// Resolve implements Source. It learns the account's request limits on the way.
func (s *orderManagerSource) Resolve(ctx context.Context, maxAge time.Duration) (Resolution, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	client, err := s.client(remote.PriorityOrder)
	if err != nil {
		return Resolution{}, err
	}
	if !s.resolvedAt.IsZero() && s.now().Sub(s.resolvedAt) < maxAge {
		s.learn(ctx, client)
		return s.resolution, nil
	}
	found, err := client.Resolve(ctx)
	if err != nil {
		return Resolution{}, err
	}
	s.learn(ctx, client)
	s.resolution = Resolution{
		Host: s.host, WarehouseIDs: found.WarehouseIDs, WarehouseID: found.WarehouseID, All: found.All, native: found,
	}
	s.resolvedAt = s.now()
	return s.resolution, nil
}

// learn asks for the account's request limits when that is due. An account that
// does not tell them is bounded by its answers of 429.
func (s *orderManagerSource) learn(ctx context.Context, client *ordermanager.Client) {
	if s.budgets == nil || s.now().Before(s.learnAt) {
		return
	}
	limits, err := client.Limits(ctx)
	if err != nil {
		s.learnAt = s.now().Add(min(limitsAgain<<min(s.unlearned, 10), limitsAge))
		s.unlearned++
		return
	}
	s.learnAt, s.unlearned = s.now().Add(limitsAge), 0
	s.budgets.Learn(s.options.Remote.Account, limits)
}

// Port implements Source.
func (s *orderManagerSource) Port(resolution Resolution, priority remote.Priority) (fulfillment.Source, error) {
	found, ok := resolution.native.(ordermanager.Resolution)
	if !ok {
		return nil, misconfigured(ordermanager.System, "", "the warehouse was resolved by another system")
	}
	client, err := s.client(priority)
	if err != nil {
		return nil, err
	}
	return client.Source(found), nil
}

func (s *orderManagerSource) client(priority remote.Priority) (*ordermanager.Client, error) {
	options := s.options
	options.Remote.Priority = priority
	client, err := ordermanager.New(options)
	if err != nil {
		return nil, misconfigured(ordermanager.System, "", "%s", err)
	}
	return client, nil
}

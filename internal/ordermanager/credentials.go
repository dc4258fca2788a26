// SPDX-License-Identifier: Apache-2.0

package ordermanager

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"ordersync.dev/operator/internal/remote"
)

// Credentials are a bearer token, or a user name and a password.
type Credentials struct {
	Username, Password string
	AccessToken        string
}

// String hides the credentials from every kind of printing.
func (Credentials) String() string { return "credentials of Order Manager" }

// GoString hides the credentials from every kind of printing.
func (Credentials) GoString() string { return "credentials of Order Manager" }

// Account names the account for budgets: a hash of the host and the user or
// the token. The password is no part of it.
func (c Credentials) Account(baseURL string) string {
	host := ""
	if base, err := url.Parse(baseURL); err == nil {
		host = strings.ToLower(base.Host)
	}
	// The kind keeps a token and a user of the same text apart.
	kind, who := "user", c.Username
	if c.AccessToken != "" {
		kind, who = "token", c.AccessToken
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{host, kind, who}, "\x00")))
	return hex.EncodeToString(sum[:8])
}

// NewAuthorizer returns what sets the credentials of requests. It fails when
// they are not one of the two kinds.
func NewAuthorizer(options Options) (remote.Authorizer, error) {
	c := options.Credentials
	switch {
	case c.AccessToken != "" && (c.Username != "" || c.Password != ""):
		return nil, errors.New("give either an access token or a user name with a password, not both")
	case c.AccessToken != "":
		return remote.StaticToken(c.AccessToken), nil
	case c.Username != "" && c.Password != "":
		return newPasswordGrant(options)
	}
	return nil, errors.New("give an access token, or a user name with a password")
}

// SPDX-License-Identifier: Apache-2.0

package ordermanager_test

import (
	"testing"

	"ordersync.dev/operator/internal/testing/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

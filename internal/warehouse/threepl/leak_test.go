// SPDX-License-Identifier: Apache-2.0

package threepl

import (
	"testing"

	"ordersync.dev/operator/internal/testing/leaks"
)

func TestMain(m *testing.M) { leaks.Main(m) }

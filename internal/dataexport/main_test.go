package dataexport_test

import (
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

package dataexport_test

import (
	"fmt"
	"reflect"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// same compares two values for equality.
type same struct{}

func (same) CompareValues(values ...any) error {
	if !reflect.DeepEqual(values[0], values[1]) {
		return fmt.Errorf("%v and %v differ", values[0], values[1])
	}
	return nil
}

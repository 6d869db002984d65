package dataexport_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"terraform-provider-vantage/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// loose turns spaces into a pattern for any white space: the CLI breaks the lines of diagnostics, and draws a border.
func loose(pattern string) string { return strings.ReplaceAll(pattern, " ", `[\s│|]+`) }

// same compares two values for equality.
type same struct{}

func (same) CompareValues(values ...any) error {
	if !reflect.DeepEqual(values[0], values[1]) {
		return fmt.Errorf("%v and %v differ", values[0], values[1])
	}
	return nil
}

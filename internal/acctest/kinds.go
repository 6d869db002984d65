package acctest

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"terraform-provider-vantage/internal/fakevantage"
)

// Kind describes an export type for tests.
type Kind struct {
	// TypeName is the name of its resource, data source and action.
	TypeName string
	// Path is the path of its POST.
	Path string
}

// Asked is a configuration of arguments with the expected request.
type Asked struct {
	// Arguments are lines of HCL.
	Arguments   string
	Query, Body string
}

// RunLife applies the resource through the CLI and reads the data source. Both send the expected request, the second
// plan is empty, and an import with the same configuration changes nothing.
func (k Kind) RunLife(t *testing.T, asked Asked) {
	t.Helper()
	api := Start(t, fakevantage.Options{RetryAfter: "0"})
	config := api.Config("resource \"" + k.TypeName + "\" \"this\" {\n" + asked.Arguments + "\n}\n")
	address := k.TypeName + ".this"
	var token string
	api.Run(t,
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("completed")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("manifest").AtMapKey("files"), knownvalue.ListSizeExact(1)),
				statecheck.ExpectSensitiveValue(address, tfjsonpath.New("manifest").AtMapKey("files")),
			},
		},
		resource.TestStep{Config: config, PlanOnly: true},
		resource.TestStep{Config: api.Config("data \"" + k.TypeName + "\" \"this\" {\n" + asked.Arguments + "\n}\n")},
	)
	exports := 0
	for _, r := range api.Requests() {
		if r.Method != "POST" {
			continue
		}
		exports++
		if r.Path != k.Path || r.Query != asked.Query || r.Body != asked.Body {
			t.Errorf("request %s?%s %s\nwant %s?%s %s", r.Path, r.Query, r.Body, k.Path, asked.Query, asked.Body)
		}
	}
	if exports < 2 {
		t.Errorf("%d exports, want those of the resource and of the data source", exports)
	}
	for created := range api.Exports() {
		token = created
	}
	posts := api.Posts()
	api.Run(t,
		resource.TestStep{
			Config: config, ResourceName: address, ImportState: true, ImportStateId: token, ImportStatePersist: true,
		},
		resource.TestStep{Config: config},
		resource.TestStep{Config: config, PlanOnly: true},
	)
	if api.Posts() != posts {
		t.Errorf("%d exports after the import", api.Posts()-posts)
	}
}

// WantInvalid validates each configuration, and expects an error that contains its key.
func (k Kind) WantInvalid(t *testing.T, cases map[string]map[string]any) {
	t.Helper()
	p := NewProtocolOf(t, nil, k.TypeName)
	for message, config := range cases {
		t.Run(message, func(t *testing.T) {
			t.Parallel()
			said := strings.Join(p.Validate(config).Errors(), " ")
			if !strings.Contains(strings.Join(strings.Fields(said), " "), message) {
				t.Errorf("the errors are %q, want one that contains %q", said, message)
			}
		})
	}
}

// Loose replaces spaces with a pattern for any white space, because the CLI wraps diagnostics and draws a border.
func Loose(pattern string) string { return strings.ReplaceAll(pattern, " ", `[\s│|]+`) }

package provider_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/provider"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// configure configures a provider with the given arguments, those not given being null, and returns what it says.
func configure(t *testing.T, arguments map[string]any) []*tfprotov6.Diagnostic {
	t.Helper()
	server, err := providerserver.NewProtocol6WithError(provider.New("1.2.3")())()
	if err != nil {
		t.Fatal(err)
	}
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
	values := map[string]tftypes.Value{}
	for _, name := range []string{"api_token", "host", "timeout", "workspace_token"} {
		object.AttributeTypes[name] = tftypes.String
		values[name] = tftypes.NewValue(tftypes.String, arguments[name])
	}
	config, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, values))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ConfigureProvider(
		context.Background(),
		&tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: &config},
	)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Diagnostics
}

// The cases set environment variables and so cannot be parallel; they make no request and start no CLI.
func TestConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		arguments   map[string]any
		environment map[string]string
		wrong       string // the argument that is at fault, none when empty
	}{
		"token alone":                {arguments: map[string]any{"api_token": "x"}},
		"token from the environment": {environment: map[string]string{"VANTAGE_API_TOKEN": "x"}},
		"all from the environment": {
			environment: map[string]string{
				"VANTAGE_API_TOKEN":       "x",
				"VANTAGE_HOST":            "https://x/",
				"VANTAGE_TIMEOUT":         "1m",
				"VANTAGE_WORKSPACE_TOKEN": "w",
			},
		},
		"no token":    {wrong: "api_token"},
		"empty token": {arguments: map[string]any{"api_token": ""}, wrong: "api_token"},
		"plain http": {
			arguments: map[string]any{"api_token": "x", "host": "http://api.vantage.sh"},
			wrong:     "host",
		},
		"plain http from environment": {
			environment: map[string]string{"VANTAGE_API_TOKEN": "x", "VANTAGE_HOST": "http://api.vantage.sh"},
			wrong:       "host",
		},
		"argument over environment": {
			arguments:   map[string]any{"api_token": "x", "host": "https://x"},
			environment: map[string]string{"VANTAGE_HOST": "http://x"},
		},
		"no address": {arguments: map[string]any{"api_token": "x", "host": "vantage"}, wrong: "host"},
		"version in the host": {
			arguments: map[string]any{"api_token": "x", "host": "https://api.vantage.sh/v2"},
			wrong:     "host",
		},
		"no duration": {arguments: map[string]any{"api_token": "x", "timeout": "30"}, wrong: "timeout"},
		"no time":     {arguments: map[string]any{"api_token": "x", "timeout": "0s"}, wrong: "timeout"},
		"negative time": {
			environment: map[string]string{"VANTAGE_API_TOKEN": "x", "VANTAGE_TIMEOUT": "-1s"},
			wrong:       "timeout",
		},
		"token unknown": {arguments: map[string]any{"api_token": tftypes.UnknownValue}},
		"all unknown": {
			arguments: map[string]any{
				"api_token":       tftypes.UnknownValue,
				"host":            tftypes.UnknownValue,
				"timeout":         tftypes.UnknownValue,
				"workspace_token": tftypes.UnknownValue,
			},
		},
		"bad host and token unknown": {
			arguments: map[string]any{"api_token": tftypes.UnknownValue, "host": "x"},
			wrong:     "host",
		},
		"line break in the token": {arguments: map[string]any{"api_token": "vntg_tkn_1\n"}, wrong: "api_token"},
		"bad environment, unknown argument": {
			arguments:   map[string]any{"api_token": "x", "host": tftypes.UnknownValue, "timeout": tftypes.UnknownValue},
			environment: map[string]string{"VANTAGE_HOST": "http://api.vantage.sh", "VANTAGE_TIMEOUT": "soon"},
		},
		"password in the address": {
			arguments: map[string]any{"api_token": "x", "host": "https://me:hunter2@x"},
			wrong:     "host",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range test.environment {
				t.Setenv(key, value)
			}
			diags := configure(t, test.arguments)
			if test.wrong == "" {
				if len(diags) != 0 {
					t.Errorf("%+v", diags[0])
				}
				return
			}
			if len(diags) != 1 || diags[0].Attribute.String() != fmt.Sprintf("AttributeName(%q)", test.wrong) {
				t.Fatalf("%+v, want one about %s", diags, test.wrong)
			}
			if env := "VANTAGE_" + strings.ToUpper(test.wrong); !strings.Contains(diags[0].Detail, env) {
				t.Errorf("%q does not name %s", diags[0].Detail, env)
			}
			if strings.Contains(diags[0].Detail, "hunter2") {
				t.Errorf("%q shows a password", diags[0].Detail)
			}
		})
	}
}

const report = `resource "vantage_unit_cost_export" "this" { cost_report_token = "rprt_1" }`

func TestProviderThroughTheCLI(t *testing.T) {
	t.Parallel()
	t.Run("a missing token", func(t *testing.T) {
		t.Parallel()
		api := acctest.Start(t, fakevantage.Options{})
		api.Run(t, resource.TestStep{Config: report, ExpectError: regexp.MustCompile(`No usable Vantage API token`)})
		api.WantRequests(t, 0, 0)
	})
	t.Run("a wrong token", func(t *testing.T) {
		t.Parallel()
		api := acctest.Start(t, fakevantage.Options{})
		config := strings.ReplaceAll(api.Config(report), acctest.APIToken, "wrong")
		api.Run(
			t,
			resource.TestStep{
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)401.*The access token is invalid.*VANTAGE_API_TOKEN`),
			},
		)
		api.WantRequests(t, 1, 0)
	})
	t.Run("workspace and user agent", func(t *testing.T) {
		t.Parallel()
		api := acctest.Start(t, fakevantage.Options{Workspaces: []string{"wrkspc_1", "wrkspc_2"}, RetryAfter: "0"})
		config := strings.Replace(api.Config(report), "host =", "workspace_token = \"wrkspc_2\"\nhost =", 1)
		api.Run(t, resource.TestStep{Config: config})
		sent := api.Requests()[0]
		if !strings.Contains(sent.Body, `"workspace_token":"wrkspc_2"`) {
			t.Errorf("asked with %s", sent.Body)
		}
		if agent := sent.Header.Get(
			"User-Agent",
		); !regexp.MustCompile(`^terraform-provider-vantage/test Terraform/\d+\.\d+\.\d+`).
			MatchString(agent) {
			t.Errorf("the user agent is %q", agent)
		}
	})
}

// Terraform's own terraform_data stands in for the secret store that the token comes from: its output is not known
// before the apply.
func TestConfigurationThatIsKnownOnlyInTheApply(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	config := fmt.Sprintf(`
resource "terraform_data" "secret" {
  input = %q
}
provider "vantage" {
  host      = %q
  api_token = terraform_data.secret.output
}
%s`, acctest.APIToken, api.URL, report)
	api.Run(t,
		resource.TestStep{Config: config},
		resource.TestStep{Config: config, PlanOnly: true},
		// The secret is made anew in the same apply as a change: the plan goes by the state.
		resource.TestStep{Config: strings.Replace(config, "input =", "triggers_replace = 1\ninput =", 1)},
	)
	if api.Posts() != 1 {
		t.Errorf("%d exports were made, want 1", api.Posts())
	}
}

func TestADataSourceWithoutConfigurationSaysSo(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	token := "dta_xprt_1"
	config := fmt.Sprintf(`
resource "terraform_data" "secret" { input = %q }
provider "vantage" {
  host      = %q
  api_token = terraform_data.secret.output
}
data "vantage_data_export" "this" { token = %q }`, acctest.APIToken, api.URL, token)
	api.Run(t, resource.TestStep{Config: config, ExpectError: regexp.MustCompile(`known\s+only\s+after\s+the\s+apply`)})
	api.WantRequests(t, 0, 0)
}

// The address is one constant; examples, templates and README have to follow it.
func TestEveryConfigurationUsesTheAddress(t *testing.T) {
	t.Parallel()
	source := regexp.MustCompile(`source\s*=\s*"([^"./]+[^"/]*/[^"]+/[^"]+)"`)
	for _, root := range []string{"../../examples", "../../templates", "../../README.md"} {
		seen := 0
		err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range source.FindAllStringSubmatch(string(text), -1) {
				seen++
				if m[1] != provider.Address {
					t.Errorf("%s has the source %s", path, m[1])
				}
			}
			return err
		})
		if err != nil || seen == 0 {
			t.Errorf("%s: %d sources seen, %v", root, seen, err)
		}
	}
}

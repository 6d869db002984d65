package provider_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-vantage/internal/acctest"
	"terraform-provider-vantage/internal/fakevantage"
	"terraform-provider-vantage/internal/provider"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const oneExport = `resource "vantage_unit_cost_export" "this" { cost_report_token = "rprt_1" }`

// configure validates and configures a provider, and returns the diagnostics of both calls. Usually Terraform does not
// configure a provider whose validation failed, but "terraform test" does not validate.
func configure(t *testing.T, arguments attributes) (validated, configured []*tfprotov6.Diagnostic) {
	t.Helper()
	server := provider.NewServer("1.2.3")()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	config := object(t, schemas.Provider.ValueType(), arguments)
	valid, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.ConfigureProvider(t.Context(),
		&tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return valid.Diagnostics, resp.Diagnostics
}

// wantInvalid fails the test unless there is one error, for the argument, that contains the text.
func wantInvalid(t *testing.T, diags []*tfprotov6.Diagnostic, argument, text string) {
	t.Helper()
	if len(diags) != 1 || diags[0].Attribute.String() != fmt.Sprintf("AttributeName(%q)", argument) {
		t.Fatalf("%+v, want one for %s", diags, argument)
	}
	detail := diags[0].Detail
	if !strings.Contains(detail, text) || len(detail) < 60 || len(detail) > 600 {
		t.Errorf("%q does not contain %q, or is too short or long", detail, text)
	}
	if strings.Contains(diags[0].Summary+detail, "hunter2") {
		t.Errorf("%q shows a password", detail)
	}
}

func TestValidate_reportsInvalidArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		argument, value string
		want            string // a part of the error
	}{
		{"host", "not a url", "must start with https://"},
		{"host", "api.vantage.sh", "must start with https://"},
		{"host", "http://api.vantage.sh", "plain http"},
		{"host", "https://api.vantage.sh/v2", "use https://api.vantage.sh"},
		{"host", "https://me:hunter2@x", "user name or a password"},
		{"host", `"https://api.vantage.sh"`, "quotation mark, which"},
		{"api_token", "vntg_tkn_1\n", "trimspace"},
		{"api_token", "vntg tkn 1", "space"},
		{"api_token", "'vntg_tkn_1'", "quotation mark, which"},
		{"workspace_token", " wrkspc_1 ", "trimspace"},
		{"workspace_token", "wrk spc", "white space"},
		{"workspace_token", "https://console.vantage.sh/workspaces/wrkspc_1", "last part"},
		{"timeout", "soon", "1h30m"},
		{"timeout", "30", "1h30m"},
		{"timeout", "0s", "above zero"},
		{"timeout", "-1s", "above zero"},
		{"max_poll_interval", "5", "1h30m"},
		{"max_poll_interval", "999ms", "at least 1s"},
	} {
		t.Run(test.argument+" "+test.value, func(t *testing.T) {
			t.Parallel()
			diags, _ := configure(t, attributes{test.argument: test.value})
			wantInvalid(t, diags, test.argument, test.want)
			if !strings.Contains(diags[0].Detail, "argument "+test.argument) {
				t.Errorf("%q does not name the argument", diags[0].Detail)
			}
			// Another argument can be known only after apply.
			arguments := attributes{"api_token": tftypes.UnknownValue, "host": tftypes.UnknownValue}
			arguments[test.argument] = test.value
			diags, configured := configure(t, arguments)
			wantInvalid(t, diags, test.argument, test.want)
			wantInvalid(t, configured, test.argument, test.want)
		})
	}
}

func TestConfigure_reportsInvalidEnvironment(t *testing.T) {
	for _, test := range []struct{ argument, value, want string }{
		{"host", "http://api.vantage.sh", "plain http"},
		{"host", `"https://api.vantage.sh"`, "quotation mark, which"},
		{"api_token", `"vntg_tkn_1"`, "quotation mark, which"},
		{"api_token", "vntg_tkn_1\n", "no space or line break"},
		{"workspace_token", "'wrkspc_1'", "quotation mark, which"},
		{"workspace_token", "wrkspc_1 ", "white space"},
		{"timeout", "-1s", "above zero"},
		{"timeout", `"30s"`, "quotation mark, which"},
		{"timeout", "https://x/?X-Amz-Signature=hunter2", "it is not a duration"},
		{"max_poll_interval", "0s", "at least 1s"},
	} {
		t.Run(test.argument+" "+test.value, func(t *testing.T) {
			variable := "VANTAGE_" + strings.ToUpper(test.argument)
			t.Setenv("VANTAGE_API_TOKEN", "x")
			t.Setenv(variable, test.value)
			validated, configured := configure(t, nil)
			if len(validated) > 0 {
				t.Errorf("the validation depends on the environment: %v", validated[0])
			}
			wantInvalid(t, configured, test.argument, test.want)
			detail := configured[0].Detail
			if !strings.Contains(detail, "environment variable "+variable) || strings.Contains(detail, "trimspace") {
				t.Errorf("%q does not name the variable, or names a function of Terraform", detail)
			}
			_, configured = configure(t, attributes{test.argument: tftypes.UnknownValue})
			if len(configured) > 0 {
				t.Errorf("the variable is used for an argument that is unknown: %v", configured[0])
			}
		})
	}
	t.Run("no token", func(t *testing.T) { //nolint:paralleltest // depends on the environment
		for _, arguments := range []attributes{nil, {"api_token": ""}} {
			validated, configured := configure(t, arguments)
			if len(validated) > 0 {
				t.Errorf("the validation depends on the environment: %v", validated[0])
			}
			wantInvalid(t, configured, "api_token", "VANTAGE_API_TOKEN")
		}
	})
	t.Run("password of a proxy", func(t *testing.T) {
		t.Setenv("HTTPS_PROXY", "http://me:hunter2#@proxy:3128")
		_, diags := configure(t, attributes{"api_token": "x"})
		if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning ||
			!strings.Contains(diags[0].Detail, "the environment variable HTTPS_PROXY is not the URL of a proxy") ||
			strings.Contains(diags[0].Detail, "hunter2") {
			t.Errorf("%+v", diags)
		}
	})
}

func TestConfigure_succeeds(t *testing.T) {
	for name, test := range map[string]struct {
		arguments   attributes
		environment map[string]string
	}{
		"token":                      {arguments: attributes{"api_token": "x"}},
		"token from the environment": {environment: map[string]string{"API_TOKEN": "x"}},
		"all from the environment": {
			environment: map[string]string{
				"API_TOKEN": "x", "HOST": "https://x/", "TIMEOUT": "1m", "WORKSPACE_TOKEN": "w", "MAX_POLL_INTERVAL": "5s",
			},
		},
		"arguments take precedence": {
			arguments:   attributes{"api_token": "x", "host": "https://x"},
			environment: map[string]string{"HOST": "http://x", "API_TOKEN": `"y"`},
		},
		"unknown token": {arguments: attributes{"api_token": tftypes.UnknownValue}},
		"all unknown": {
			arguments: attributes{
				"api_token":         tftypes.UnknownValue,
				"host":              tftypes.UnknownValue,
				"max_poll_interval": tftypes.UnknownValue,
				"timeout":           tftypes.UnknownValue,
				"workspace_token":   tftypes.UnknownValue,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range test.environment {
				t.Setenv("VANTAGE_"+key, value)
			}
			if validated, configured := configure(t, test.arguments); len(validated)+len(configured) > 0 {
				t.Errorf("%v %v", validated, configured)
			}
		})
	}
}

func TestProvider_sendsWorkspaceAndUserAgent(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{Workspaces: []string{"wrkspc_1", "wrkspc_2"}, RetryAfter: "0"})
	acctest.NewCLI(t, api, "provider \"vantage\" {\n  workspace_token = \"wrkspc_2\"\n}\n"+oneExport).MustRun(
		"apply", "-auto-approve")
	sent := api.Requests()[0]
	if !strings.Contains(sent.Body, `"workspace_token":"wrkspc_2"`) {
		t.Errorf("the request is %s", sent.Body)
	}
	agent := sent.Header.Get("User-Agent")
	if !regexp.MustCompile(`^terraform-provider-vantage/dev Terraform/\d+\.\d+\.\d+`).MatchString(agent) {
		t.Errorf("the user agent is %q", agent)
	}
}

// The test runs itself in another process, which has settings.
func TestMain_ignoresUserSettings(t *testing.T) {
	t.Parallel()
	for _, pair := range os.Environ() {
		isKept := strings.HasPrefix(pair, "TF_ACC_TERRAFORM_PATH=") || pair == "TF_CLI_CONFIG_FILE="+os.DevNull
		if (strings.HasPrefix(pair, "TF_") || strings.HasPrefix(pair, "VANTAGE_")) && !isKept {
			t.Errorf("the tests run with %s", pair)
		}
	}
	const again = "TEST_RUNS_AGAIN=1"
	if slices.Contains(os.Environ(), again) {
		return
	}
	test := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run", "^TestMain_ignoresUserSettings$")
	test.Env = append(os.Environ(), again, "TF_CLI_CONFIG_FILE=missing", "TF_DATA_DIR=missing", "TF_CLI_ARGS=-invalid",
		"TF_WORKSPACE=other", "TF_VAR_cost_report_token=other", "VANTAGE_HOST=invalid")
	out, err := test.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS: ") != 1 {
		t.Errorf("%v: %s", err, out)
	}
}

// tokenFromResource returns a provider block whose token is known only after apply, as from a secret store.
func tokenFromResource(api *acctest.API) string {
	return fmt.Sprintf(`
resource "terraform_data" "secret" {
  input = %q
}
provider "vantage" {
  host      = %q
  api_token = terraform_data.secret.output
}
`, acctest.APIToken, api.URL)
}

func TestUnknownConfiguration_createsExportInApply(t *testing.T) {
	t.Parallel()
	api := acctest.Start(t, fakevantage.Options{RetryAfter: "0"})
	config := tokenFromResource(api) + oneExport
	cli := acctest.NewCLI(t, api, config)
	cli.MustRun("apply", "-auto-approve")
	cli.WantEmptyPlan()
	// The secret is replaced in the same apply: the plan uses the state.
	cli.Write(strings.Replace(config, "input =", "triggers_replace = 1\ninput =", 1))
	cli.MustRun("apply", "-auto-approve")
	cli.WantEmptyPlan()
	if api.Posts() != 1 {
		t.Errorf("%d exports were created, want 1", api.Posts())
	}
}

// Examples, templates and README must use the address that one constant declares.
func TestAddress_isUsedEverywhere(t *testing.T) {
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

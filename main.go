// Command terraform-provider-vantage is a Terraform provider for data exports of Vantage.
package main

import (
	"flag"
	"log"

	"terraform-provider-vantage/internal/provider"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "serve Terraform from a debugger; see CONTRIBUTING.md")
	flag.Parse()
	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}

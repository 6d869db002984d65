// Command terraform-provider-vantage is a Terraform provider for unit cost exports of Vantage.
package main

import (
	"flag"
	"log"

	"terraform-provider-vantage/internal/provider"
)

// version is set by the linker in a release.
var version = "dev"

func main() {
	debug := flag.Bool("debug", false, "run so that a debugger can attach; see CONTRIBUTING.md")
	flag.Parse()
	if err := provider.Serve(version, *debug); err != nil {
		log.Fatal(err)
	}
}

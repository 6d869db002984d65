package provider

import (
	"os"
	"os/signal"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// Serve serves the provider, as the process that Terraform has started for it, until Terraform or a signal ends it.
// With debug it serves any Terraform that attaches, until it is interrupted, and leaves signals and the log as they
// are.
func Serve(version string, debug bool) error {
	if debug {
		return tf6server.Serve(Address, NewServer(version), tf6server.WithManagedDebug())
	}
	if err := quietLog(); err != nil {
		return err
	}
	signals := make(chan os.Signal, len(stopSignals))
	signal.Notify(signals, stopSignals...)
	defer signal.Stop(signals)

	s, parent := newServer(version), parentEnded()
	ended := make(chan error, 2)
	go func() {
		s.untilTerminated(signals, parent)
		ended <- nil
	}()
	go func() {
		ended <- tf6server.Serve(Address, func() tfprotov6.ProviderServer { return s })
	}()
	return <-ended
}

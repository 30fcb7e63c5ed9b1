package main

import (
	"net/url"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
)

// etcdCommand serves one member. Nothing is synced to the disk: its data live as long as one run of the tests.
func etcdCommand() *cobra.Command {
	var folder, clients, peers string
	command := &cobra.Command{
		Use:          "etcd",
		SilenceUsage: true,
		RunE: func(command *cobra.Command, _ []string) error {
			ended, stop := signal.NotifyContext(command.Context(), syscall.SIGTERM, syscall.SIGINT)
			defer stop()
			settings, err := etcdSettings(folder, clients, peers)
			if err != nil {
				return err
			}
			member, err := embed.StartEtcd(settings)
			if err != nil {
				return err
			}
			defer member.Close()
			select {
			case <-ended.Done():
				return nil
			case err := <-member.Err():
				return err
			}
		},
	}
	command.Flags().StringVar(&folder, "data-dir", "", "where its data are")
	command.Flags().StringVar(&clients, "client-url", "", "where the API server reaches it")
	command.Flags().StringVar(&peers, "peer-url", "", "where other members would reach it")
	return command
}

func etcdSettings(folder, clients, peers string) (*embed.Config, error) {
	client, err := url.Parse(clients)
	if err != nil {
		return nil, err
	}
	peer, err := url.Parse(peers)
	if err != nil {
		return nil, err
	}
	settings := embed.NewConfig()
	settings.Dir = folder
	settings.LogLevel = "error"
	settings.UnsafeNoFsync = true
	settings.ListenClientUrls, settings.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	settings.ListenPeerUrls, settings.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	settings.InitialCluster = settings.InitialClusterFromName(settings.Name)
	return settings, nil
}

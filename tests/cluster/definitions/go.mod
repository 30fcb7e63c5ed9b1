// Whose CRDs the cluster gets. They are only downloaded: nothing of them is compiled.
module agent-release/definitions

go 1.24

require (
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/traefik/traefik/v3 v3.7.13
	sigs.k8s.io/gateway-api v1.6.1
)

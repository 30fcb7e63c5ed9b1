"""The target Kubernetes: rollout.yaml -> Argo Rollouts' objects. A policy goes in, objects come out."""

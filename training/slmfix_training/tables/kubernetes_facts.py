"""Facts about the Kubernetes API that its published schemas leave out, from its reference and deprecation guide.

`CHOICES`: closed sets of values that the API server enforces, by type (the last parts of its name) and field. A set is
listed only if the server refuses every other value; sets that vendors extend (conditions, reasons, finalizers) are not.
`REMOVED_BEFORE`: kinds of versions older than the schemas, with the version of Kubernetes that removed them.
"""

from __future__ import annotations

_PROTOCOL = ["TCP", "UDP", "SCTP"]
_PULL = ["Always", "IfNotPresent", "Never"]
_CONTAINER = {"imagePullPolicy": _PULL, "terminationMessagePolicy": ["File", "FallbackToLogsOnError"]}
_OPERATOR = ["In", "NotIn", "Exists", "DoesNotExist"]
_ACCESS = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
_PROFILE = ["Localhost", "RuntimeDefault", "Unconfined"]
_UNSATISFIABLE = ["DoNotSchedule", "ScheduleAnyway"]
_FAILURE = ["Fail", "Ignore"]
_POLICY = ["Honor", "Ignore"]

CHOICES: dict[str, dict[str, list[str]]] = {
    "apps.v1.DaemonSetUpdateStrategy": {"type": ["RollingUpdate", "OnDelete"]},
    "apps.v1.DeploymentStrategy": {"type": ["RollingUpdate", "Recreate"]},
    "apps.v1.StatefulSetSpec": {"podManagementPolicy": ["OrderedReady", "Parallel"]},
    "apps.v1.StatefulSetUpdateStrategy": {"type": ["RollingUpdate", "OnDelete"]},
    "autoscaling.v2.MetricSpec": {"type": ["ContainerResource", "External", "Object", "Pods", "Resource"]},
    "autoscaling.v2.MetricTarget": {"type": ["AverageValue", "Utilization", "Value"]},
    "batch.v1.CronJobSpec": {"concurrencyPolicy": ["Allow", "Forbid", "Replace"]},
    "batch.v1.JobSpec": {"completionMode": ["Indexed", "NonIndexed"]},
    "core.v1.Container": _CONTAINER,
    "core.v1.ContainerPort": {"protocol": _PROTOCOL},
    "core.v1.EphemeralContainer": _CONTAINER,
    "core.v1.HostPathVolumeSource": {
        "type": ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"]
    },
    "core.v1.HTTPGetAction": {"scheme": ["HTTP", "HTTPS"]},
    "core.v1.NodeSelectorRequirement": {"operator": [*_OPERATOR, "Gt", "Lt"]},
    "core.v1.PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": ["Delete", "Recycle", "Retain"],
        "volumeMode": ["Block", "Filesystem"],
    },
    "core.v1.PersistentVolumeClaimSpec": {"volumeMode": ["Block", "Filesystem"]},
    "core.v1.PodSpec": {
        "dnsPolicy": ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
        "preemptionPolicy": ["Never", "PreemptLowerPriority"],
        "restartPolicy": ["Always", "Never", "OnFailure"],
    },
    "core.v1.SeccompProfile": {"type": _PROFILE},
    "core.v1.ServicePort": {"protocol": _PROTOCOL},
    "core.v1.ServiceSpec": {
        "externalTrafficPolicy": ["Cluster", "Local"],
        "internalTrafficPolicy": ["Cluster", "Local"],
        "ipFamilyPolicy": ["PreferDualStack", "RequireDualStack", "SingleStack"],
        "sessionAffinity": ["ClientIP", "None"],
        "type": ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"],
    },
    "core.v1.Taint": {"effect": ["NoExecute", "NoSchedule", "PreferNoSchedule"]},
    "core.v1.Toleration": {"effect": ["", "NoExecute", "NoSchedule", "PreferNoSchedule"]},
    "core.v1.TopologySpreadConstraint": {
        "nodeAffinityPolicy": _POLICY,
        "nodeTaintsPolicy": _POLICY,
        "whenUnsatisfiable": _UNSATISFIABLE,
    },
    "core.v1.VolumeMount": {"mountPropagation": ["Bidirectional", "HostToContainer", "None"]},
    "networking.v1.HTTPIngressPath": {"pathType": ["Exact", "ImplementationSpecific", "Prefix"]},
    "networking.v1.NetworkPolicyPort": {"protocol": _PROTOCOL},
    "policy.v1.PodDisruptionBudgetSpec": {"unhealthyPodEvictionPolicy": ["AlwaysAllow", "IfHealthyBudget"]},
    "storage.v1.StorageClass": {
        "reclaimPolicy": ["Delete", "Retain"],
        "volumeBindingMode": ["Immediate", "WaitForFirstConsumer"],
    },
    "apis.meta.v1.LabelSelectorRequirement": {"operator": _OPERATOR},
    "apis.apiextensions.v1.CustomResourceDefinitionSpec": {"scope": ["Cluster", "Namespaced"]},
    "admissionregistration.v1.ValidatingWebhook": {
        "failurePolicy": _FAILURE,
        "matchPolicy": ["Equivalent", "Exact"],
        "sideEffects": ["None", "NoneOnDryRun", "Some", "Unknown"],
    },
    "admissionregistration.v1.MutatingWebhook": {
        "failurePolicy": _FAILURE,
        "matchPolicy": ["Equivalent", "Exact"],
        "reinvocationPolicy": ["IfNeeded", "Never"],
        "sideEffects": ["None", "NoneOnDryRun", "Some", "Unknown"],
    },
}
# Lists whose items are choices.
ITEM_CHOICES: dict[str, dict[str, list[str]]] = {
    "core.v1.PersistentVolumeSpec": {"accessModes": _ACCESS},
    "core.v1.PersistentVolumeClaimSpec": {"accessModes": _ACCESS},
    "networking.v1.NetworkPolicySpec": {"policyTypes": ["Egress", "Ingress"]},
}
_RBAC = dict.fromkeys(("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"), "1.22")
_WORKLOADS = dict.fromkeys(("ControllerRevision", "Deployment", "StatefulSet"), "1.16")
_WEBHOOKS = dict.fromkeys(("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"), "1.22")
REMOVED_BEFORE: dict[str, dict[str, str]] = {
    "admissionregistration.k8s.io/v1beta1": _WEBHOOKS,
    "apiextensions.k8s.io/v1beta1": {"CustomResourceDefinition": "1.22"},
    "apiregistration.k8s.io/v1beta1": {"APIService": "1.22"},
    "apps/v1beta1": _WORKLOADS,
    "apps/v1beta2": {**_WORKLOADS, "DaemonSet": "1.16", "ReplicaSet": "1.16"},
    "autoscaling/v2beta1": {"HorizontalPodAutoscaler": "1.25"},
    "autoscaling/v2beta2": {"HorizontalPodAutoscaler": "1.26"},
    "batch/v1beta1": {"CronJob": "1.25"},
    "batch/v2alpha1": {"CronJob": "1.21"},
    "certificates.k8s.io/v1beta1": {"CertificateSigningRequest": "1.22"},
    "coordination.k8s.io/v1beta1": {"Lease": "1.22"},
    "discovery.k8s.io/v1beta1": {"EndpointSlice": "1.25"},
    "events.k8s.io/v1beta1": {"Event": "1.25"},
    "extensions/v1beta1": {
        **dict.fromkeys(("DaemonSet", "Deployment", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"), "1.16"),
        "Ingress": "1.22",
    },
    "networking.k8s.io/v1beta1": {"Ingress": "1.22", "IngressClass": "1.22"},
    "node.k8s.io/v1beta1": {"RuntimeClass": "1.25"},
    "policy/v1beta1": {"PodDisruptionBudget": "1.25", "PodSecurityPolicy": "1.25"},
    "rbac.authorization.k8s.io/v1alpha1": _RBAC,
    "rbac.authorization.k8s.io/v1beta1": _RBAC,
    "scheduling.k8s.io/v1alpha1": {"PriorityClass": "1.22"},
    "scheduling.k8s.io/v1beta1": {"PriorityClass": "1.22"},
    "storage.k8s.io/v1beta1": dict.fromkeys(("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"), "1.22"),
}

// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// Namespace is where the operator is installed.
	Namespace = "ordersync-system"
	// Account is the service account that the manager runs as.
	Account = "ordersync-manager"
)

// Kubectl runs kubectl against one cluster.
type Kubectl struct {
	// Binary and Kubeconfig are paths.
	Binary, Kubeconfig string
}

// Run runs kubectl with input on its standard input and returns what it printed.
// The error holds what it printed on its standard error.
func (k Kubectl) Run(ctx context.Context, input []byte, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, k.Binary, append([]string{"--kubeconfig=" + k.Kubeconfig}, arguments...)...)
	var output, problems bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(input), &output, &problems
	if err := command.Run(); err != nil {
		return output.String(), fmt.Errorf("kubectl %v: %w: %s", arguments, err, problems.String())
	}
	return output.String(), nil
}

// Install applies everything of dist/install.yaml but the Deployment: the
// manager runs as a process beside the cluster, under the role that is shipped.
func Install(ctx context.Context, kubectl Kubectl, moduleRoot string) error {
	manifest, err := os.ReadFile(filepath.Join(moduleRoot, "dist", "install.yaml"))
	if err != nil {
		return err
	}
	var kept [][]byte
	for document := range bytes.SplitSeq(manifest, []byte("\n---\n")) {
		if !bytes.Contains(document, []byte("\nkind: Deployment\n")) {
			kept = append(kept, document)
		}
	}
	_, err = kubectl.Run(ctx, bytes.Join(kept, []byte("\n---\n")), "apply", "--server-side", "--force-conflicts", "-f", "-")
	return err
}

// AccountKubeconfig writes a kubeconfig to path that authenticates as the
// manager's service account, so that it may do what the shipped role allows and
// nothing else.
func AccountKubeconfig(ctx context.Context, config *rest.Config, path string) error {
	return KubeconfigOf(ctx, config, client.ObjectKey{Namespace: Namespace, Name: Account}, path)
}

// KubeconfigOf is AccountKubeconfig for any service account.
func KubeconfigOf(ctx context.Context, config *rest.Config, of client.ObjectKey, path string) error {
	c, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: of.Namespace, Name: of.Name}}
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: new(int64(24 * 60 * 60))}}
	if err := c.SubResource("token").Create(ctx, account, request); err != nil {
		return fmt.Errorf("asking for a token of a service account: %w", err)
	}
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters["cluster"] = &clientcmdapi.Cluster{
		Server: config.Host, CertificateAuthorityData: config.CAData, CertificateAuthority: config.CAFile, InsecureSkipTLSVerify: config.Insecure}
	kubeconfig.AuthInfos["manager"] = &clientcmdapi.AuthInfo{Token: request.Status.Token}
	kubeconfig.Contexts["manager"] = &clientcmdapi.Context{Cluster: "cluster", AuthInfo: "manager"}
	kubeconfig.CurrentContext = "manager"
	return clientcmd.WriteToFile(*kubeconfig, path)
}

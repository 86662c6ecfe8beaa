using Tensor = TorchSharp.torch.Tensor;

namespace Steering.Training.Optimisation;

/// <summary>Gradients that autograd keeps in named tensors.</summary>
internal static class ParameterGradients
{
    /// <summary>Says whether a backward pass is to leave gradients in them.</summary>
    public static void Require(IEnumerable<(string Name, Tensor Value)> parameters, bool required)
    {
        foreach (var (_, tensor) in parameters)
        {
            tensor.requires_grad = required;
        }
    }

    /// <summary>Forgets the gradients of the last backward pass.</summary>
    public static void Clear(IEnumerable<(string Name, Tensor Value)> parameters)
    {
        foreach (var (_, tensor) in parameters)
        {
            tensor.grad?.Dispose();
            tensor.grad = null;
        }
    }
}

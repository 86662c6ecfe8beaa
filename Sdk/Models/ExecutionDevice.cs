namespace Steering.Models;

/// <summary>Where a model runs.</summary>
public enum ExecutionDevice
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; needs a build with <c>-p:Gpu=true</c> and the CUDA libraries on the host.</summary>
    Cuda,
}

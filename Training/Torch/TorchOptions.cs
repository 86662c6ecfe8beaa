namespace Steering.Training.Torch;

/// <summary>How libtorch is loaded. What is set first holds for the process.</summary>
public sealed record TorchOptions
{
    /// <summary>Environment variable that gives <see cref="NativeFolder"/>.</summary>
    public const string NativeFolderVariable = "STEERING_LIBTORCH";

    /// <summary>
    /// Folder with libtorch, of the version that TorchSharp was built for, used in place of the application's own; null:
    /// the environment variable <c>STEERING_LIBTORCH</c>, else the application's folders, else NuGet's folder of packages.
    /// </summary>
    public string? NativeFolder { get; init; }

    /// <summary>Threads of libtorch's operators; 0: one for each processor. May be set again later.</summary>
    public int Threads { get; init; }
}

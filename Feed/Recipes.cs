namespace Steering.Feed;

/// <summary>
/// Every package this program can make. A recipe is used only where no configured NuGet source serves that id and version;
/// the versions are those of <c>Directory.Packages.props</c> (a test compares them).
/// </summary>
internal static class Recipes
{
    private const string GenAiVersion = "0.15.2";
    private const string CpuRuntimeVersion = "1.31.1";
    private const string GpuRuntimeVersion = "1.29.0";
    private const string LinuxNative = "runtimes/linux-x64/native/";
    private const long Megabyte = 1L << 20;

    private static readonly PackageDependency ExtensionsAi = new("Microsoft.Extensions.AI.Abstractions", "10.11.0");

    // Version 10 changed the types that ONNX Runtime's experimental tensor members are written against.
    private static readonly PackageDependency Tensors = new("System.Numerics.Tensors", "9.0.0");

    private static readonly NpmPackage GenAi = new(
        "com.github.asus4.onnxruntime-genai", "0.4.9",
        "DkSWLL7iFOGyQe1kLIBpXwy1kKfj5J8/lh62lgVRzYi4/psWQW7NroRw4PIPyFfai/G03Zv9MP/cSv8mjBezcA==", 128 * Megabyte);

    private static readonly NpmPackage Runtime = new(
        "com.github.asus4.onnxruntime", "0.4.9",
        "BkzxduSZ9IkeDP6Q8lz2TFU2ie7hSSvS7ZIfzMooExoq0CNzJnuuGaUJ7IsojBgqO4ouD1jXah8OYyJbCN29Fg==", 192 * Megabyte);

    private static readonly NpmPackage RuntimeCuda = new(
        "com.github.asus4.onnxruntime.linux-x64-gpu", "0.4.9",
        "FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==", 256 * Megabyte);

    private static readonly NpmPackage RuntimeNode = new(
        "onnxruntime-node", "1.29.0",
        "WjiVVB72riILz8HbYvxvmjKyE/WmkYoSfKY++axo5jAR609HQg8MwiG/HhShpTcJfmmAdzxxmB+MMST3A+SiPA==", 160 * Megabyte);

    /// <summary>What the CPU build needs.</summary>
    public static IReadOnlyList<PackageRecipe> Cpu { get; } =
    [
        new(
            "Microsoft.ML.OnnxRuntimeGenAI", GenAiVersion, "ONNX Runtime GenAI for .NET, CPU.",
            [new("Microsoft.ML.OnnxRuntime", CpuRuntimeVersion), ExtensionsAi],
            GenAiSources(new PackageDependency("Microsoft.ML.OnnxRuntime", CpuRuntimeVersion)),
            GenAiFiles()),
    ];

    /// <summary>What <c>-p:Gpu=true</c> needs, in the order in which one builds on the other.</summary>
    public static IReadOnlyList<PackageRecipe> Gpu { get; } =
    [
        new(
            "Microsoft.ML.OnnxRuntime.Managed", GpuRuntimeVersion, "ONNX Runtime for .NET, the managed assembly.",
            [Tensors],
            new(Runtime, "package/Runtime/", "Microsoft.ML.OnnxRuntime", [Tensors], ["System.Reflection"]),
            Legal(Runtime, notices: true)),
        new(
            "Microsoft.ML.OnnxRuntime.Gpu.Linux", GpuRuntimeVersion, "ONNX Runtime for Linux x64 with the CUDA 13 and TensorRT providers.",
            [new("Microsoft.ML.OnnxRuntime.Managed", GpuRuntimeVersion)],
            null,
            [
                new(RuntimeNode, "package/bin/napi-v6/linux/x64/libonnxruntime.so.1", LinuxNative + "libonnxruntime.so"),
                new(RuntimeCuda, "package/Plugins/Linux/x64/libonnxruntime_providers_shared.so", LinuxNative + "libonnxruntime_providers_shared.so"),
                new(RuntimeCuda, "package/Plugins/Linux/x64/libonnxruntime_providers_cuda.so", LinuxNative + "libonnxruntime_providers_cuda.so"),
                new(RuntimeCuda, "package/Plugins/Linux/x64/libonnxruntime_providers_tensorrt.so", LinuxNative + "libonnxruntime_providers_tensorrt.so"),
                .. Legal(RuntimeCuda, notices: false),
            ]),
        new(
            "Microsoft.ML.OnnxRuntime.Gpu", GpuRuntimeVersion, "ONNX Runtime with CUDA; refers to the package of the platform (here: Linux).",
            [new("Microsoft.ML.OnnxRuntime.Gpu.Linux", GpuRuntimeVersion), new("Microsoft.ML.OnnxRuntime.Managed", GpuRuntimeVersion)],
            null,
            Legal(RuntimeCuda, notices: false)),
        new(
            "Microsoft.ML.OnnxRuntimeGenAI.Cuda", GenAiVersion, "ONNX Runtime GenAI for .NET over ONNX Runtime with CUDA, without GenAI's own CUDA add-on library.",
            [new("Microsoft.ML.OnnxRuntime.Gpu", GpuRuntimeVersion), ExtensionsAi],
            GenAiSources(new PackageDependency("Microsoft.ML.OnnxRuntime.Managed", GpuRuntimeVersion)),
            GenAiFiles()),
    ];

    private static ManagedSources GenAiSources(PackageDependency runtime) =>
        new(GenAi, "package/Runtime/", "Microsoft.ML.OnnxRuntimeGenAI", [runtime, ExtensionsAi], []);

    private static IReadOnlyList<PackageFile> GenAiFiles() =>
    [
        new(GenAi, "package/Plugins/Linux/x64/libonnxruntime-genai.so", LinuxNative + "libonnxruntime-genai.so"),
        new(GenAi, "package/Plugins/Windows/x64/onnxruntime-genai.dll", "runtimes/win-x64/native/onnxruntime-genai.dll"),
        new(GenAi, "package/Plugins/Windows/arm64/onnxruntime-genai.dll", "runtimes/win-arm64/native/onnxruntime-genai.dll"),
        new(GenAi, "package/Plugins/macOS/arm64/libonnxruntime-genai.dylib", "runtimes/osx-arm64/native/libonnxruntime-genai.dylib"),
        .. Legal(GenAi, notices: true),
    ];

    private static IReadOnlyList<PackageFile> Legal(NpmPackage from, bool notices) =>
        notices
            ? [new(from, "package/LICENSE", "LICENSE"), new(from, "package/ThirdPartyNotices.txt", "ThirdPartyNotices.txt")]
            : [new(from, "package/LICENSE", "LICENSE")];
}

namespace Steering.Models;

/// <summary>
/// Checks, before the first native call, that ONNX Runtime and ONNX Runtime GenAI lie in the same folder. GenAI opens
/// ONNX Runtime by itself from its own folder; apart, the first call ends the process instead of throwing.
/// </summary>
internal static class NativeLibraries
{
    private static readonly Lazy<string?> Problem = new(() => FindProblem(SearchFolders(), RuntimeName, GenAiName));

    private static string RuntimeName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    private static string GenAiName => OperatingSystem.IsWindows() ? "onnxruntime-genai.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime-genai.dylib" : "libonnxruntime-genai.so";

    /// <summary>Throws when a native library is missing or the two lie apart.</summary>
    /// <exception cref="SteeringException">The message names the folders searched and the cure.</exception>
    public static void Check()
    {
        if (Problem.Value is { } problem)
        {
            throw new SteeringException(problem);
        }
    }

    /// <summary>The one sentence for a host or a build without CUDA.</summary>
    public static SteeringException CudaIsMissing(Exception cause) => new(
        $"The CUDA device is not available: {cause.Message.TrimEnd('.')}. It needs an application built with -p:Gpu=true, an NVIDIA driver, and the CUDA 13 and cuDNN 9 libraries.",
        cause);

    /// <summary>What is wrong with the native libraries of these folders, or null.</summary>
    internal static string? FindProblem(IReadOnlyList<string> folders, string runtimeName, string genAiName)
    {
        var genAi = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, genAiName)));
        var runtime = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, runtimeName)));
        if (genAi is null)
        {
            return $"{genAiName} is in none of the folders searched ({string.Join(", ", folders)}). Reference the package Microsoft.ML.OnnxRuntimeGenAI (or .Cuda) from the application and publish for a platform that it supports.";
        }

        if (File.Exists(Path.Combine(genAi, runtimeName)))
        {
            return null;
        }

        return $"{genAiName} lies in {genAi}, but {runtimeName} {(runtime is null ? "is in none of the folders searched" : $"lies in {runtime}")}. Both must lie in the same folder, or the first call would end the process: copy {runtimeName} beside {genAiName}.";
    }

    private static string[] SearchFolders()
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var bundled = Path.Combine(AppContext.BaseDirectory, "runtimes", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "native");
        return [.. searched.Append(AppContext.BaseDirectory).Append(bundled).Select(folder => folder.TrimEnd(Path.DirectorySeparatorChar)).Distinct(StringComparer.Ordinal)];
    }
}

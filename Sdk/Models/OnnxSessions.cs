using Microsoft.ML.OnnxRuntime;

namespace Steering.Models;

/// <summary>Opens sessions on plain ONNX Runtime, all with the same settings.</summary>
internal static class OnnxSessions
{
    /// <summary>Opens a session.</summary>
    /// <param name="config">The model's configuration, whose custom operators are registered.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="threads">Threads of one pass; 0 is ONNX Runtime's choice.</param>
    /// <param name="what">What is opened, for the refusal: a file, a folder.</param>
    /// <param name="open">Makes the session from these settings.</param>
    /// <exception cref="SteeringException">ONNX Runtime cannot load it, or there is no such device.</exception>
    public static InferenceSession Open(GenAiConfig config, ExecutionDevice device, int threads, string what, Func<SessionOptions, InferenceSession> open)
    {
        NativeLibraries.Check();
        using var settings = new SessionOptions();

        // Threads that spin are quicker between the nodes of a pass, but between passes they would take the cores from whoever
        // works with what the pass gave.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        settings.IntraOpNumThreads = threads;
        settings.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
        try
        {
            if (device == ExecutionDevice.Cuda)
            {
                settings.AppendExecutionProvider_CUDA();
            }

            config.Register(settings);
            return open(settings);
        }
        catch (Exception exception) when (device == ExecutionDevice.Cuda && exception is OnnxRuntimeException or EntryPointNotFoundException)
        {
            throw NativeLibraries.CudaIsMissing(exception);
        }
        catch (OnnxRuntimeException exception)
        {
            throw NativeErrors.Load(what, exception);
        }
    }
}

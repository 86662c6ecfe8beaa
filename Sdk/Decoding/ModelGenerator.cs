using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.Models;

namespace Steering.Decoding;

/// <summary>GenAI's generator, whose errors come out as a <see cref="SteeringException"/> that names the model folder.</summary>
internal sealed class ModelGenerator : IDisposable
{
    private readonly Generator _native;
    private readonly string _folder;

    /// <param name="model">The model.</param>
    /// <param name="setOptions">Sets the search options.</param>
    public ModelGenerator(SteerableModel model, Action<GeneratorParams> setOptions)
    {
        _folder = model.Folder;
        try
        {
            using var parameters = new GeneratorParams(model.Native);
            setOptions(parameters);
            _native = new Generator(model.Native, parameters);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Run(_folder, exception);
        }
    }

    public void SetModelInput(string name, Tensor tensor)
    {
        try
        {
            _native.SetModelInput(name, tensor);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Run(_folder, exception);
        }
    }

    public void AppendTokens(ReadOnlySpan<int> tokens)
    {
        try
        {
            _native.AppendTokens(tokens);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Run(_folder, exception);
        }
    }

    /// <summary>Chooses the next token.</summary>
    public int GenerateNextToken()
    {
        try
        {
            _native.GenerateNextToken();
            return _native.GetNextTokens()[0];
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Run(_folder, exception);
        }
    }

    public void RewindTo(int length)
    {
        try
        {
            _native.RewindTo((ulong)length);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Run(_folder, exception);
        }
    }

    /// <summary>An output of the latest pass; the caller disposes of it.</summary>
    public Tensor GetOutput(string name)
    {
        try
        {
            return _native.GetOutput(name);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw NativeErrors.Run(_folder, exception);
        }
    }

    public void Dispose() => _native.Dispose();
}
